import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import type { Tag } from '../account/source-server';
import { ApiError } from '../api-error';
import { indices, type TagFilter, text } from './parameters';

/** A resource that can be tagged. */
export interface Taggable {
  id: string;
  tags: Tag[];
}

/** The two kinds of resources that SMC tags. */
export const resourceKinds = {
  sourceserver: 'ALIYUN::SMC::SOURCESERVER',
  replicationjob: 'ALIYUN::SMC::REPLICATIONJOB',
} as const;
export type ResourceKind = keyof typeof resourceKinds;

/** Whether the resource has all the wanted tags. */
export function hasTags(tags: readonly Tag[], wanted: readonly TagFilter[]): boolean {
  return wanted.every(({ key, value }) =>
    tags.some((tag) => tag.key === key && (value === undefined || tag.value === value)),
  );
}

/** The parameter `ResourceType`, in upper or lower case. */
export function resourceKind(params: WireParams): ResourceKind {
  const kind = text(params, 'ResourceType');
  if (kind === undefined)
    throw new ApiError('MissingParameter.ResourceType', 'ResourceType is mandatory for this action.');
  const known = kind.toLowerCase();
  if (known === 'sourceserver' || known === 'replicationjob') return known;
  throw new ApiError('InvalidResourceType.NotFound', `The ResourceType ${kind} does not exist.`);
}

/** The resources with these `ResourceId.N`; undefined when the request has none. */
export function namedResources(
  account: SimulatedAccount,
  params: WireParams,
  kind: ResourceKind,
): Taggable[] | undefined {
  const ids = indices(params, 'ResourceId').flatMap((i) => text(params, `ResourceId.${i}`) ?? []);
  if (ids.length === 0) return undefined;
  if (ids.length > 50)
    throw new ApiError('NumberExceed.ResourceIds', 'At most 50 ResourceId.N may be given.');
  if (new Set(ids).size < ids.length)
    throw new ApiError('Duplicate.ResourceId', 'A ResourceId is given twice.');
  return ids.map((id) => {
    const resource = kind === 'sourceserver' ? account.sources.get(id) : account.jobs.get(id);
    if (!resource) throw new ApiError('InvalidResourceId.NotFound', `The ResourceId ${id} does not exist.`);
    return { id, tags: resource.tags };
  });
}

/** The resources with these `ResourceId.N`; the request must have at least one. */
export function requiredResources(
  account: SimulatedAccount,
  params: WireParams,
  kind: ResourceKind,
): Taggable[] {
  const named = namedResources(account, params, kind);
  if (!named) throw new ApiError('MissingParameter.ResourceId', 'ResourceId.N is mandatory for this action.');
  return named;
}

/** The resources of a kind that have tags. */
export function taggedResources(account: SimulatedAccount, kind: ResourceKind): Taggable[] {
  if (kind === 'replicationjob')
    return account
      .jobList()
      .filter((job) => job.tags.length > 0)
      .map((job) => ({ id: job.jobId, tags: job.tags }));
  return [...account.taggedSources].map((id) => ({ id, tags: account.sources.get(id)!.tags }));
}
