import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { invalid } from '../api-error';
import { tagFilters, text } from '../parameters/parameters';
import { hasTags, namedResources, resourceKind, resourceKinds, taggedResources } from '../parameters/tags';

const pageSize = 50;

/** SMC: ListTagResources gives all tags of the resources that have all the given tags, in pages. */
export function listTagResources(account: SimulatedAccount, params: WireParams): object {
  const kind = resourceKind(params);
  const wanted = tagFilters(params);
  const resources = (namedResources(account, params, kind) ?? taggedResources(account, kind)).filter(
    (resource) => hasTags(resource.tags, wanted),
  );
  const all = resources.flatMap(({ id, tags }) => tags.map((tag) => ({ id, ...tag })));
  const start = startOf(text(params, 'NextToken'));
  const end = start + pageSize;
  return {
    NextToken: end < all.length ? Buffer.from(`from:${end}`).toString('base64url') : '',
    TagResources: {
      TagResource: all.slice(start, end).map(({ id, key, value }) => ({
        ResourceId: id,
        ResourceType: resourceKinds[kind],
        TagKey: key,
        TagValue: value,
      })),
    },
  };
}

function startOf(nextToken: string | undefined): number {
  if (nextToken === undefined) return 0;
  const start = /^from:(\d{1,9})$/.exec(Buffer.from(nextToken, 'base64url').toString())?.[1];
  if (start === undefined) throw invalid('NextToken', 'the token of an earlier answer');
  return Number(start);
}
