import {
  imageOf,
  type ListTagResourcesAnswer,
  mayRun,
  type ReplicationJob,
  type SmcClient,
  SmcError,
} from '../smc';
import type { JudgedJob } from './judge-source';
import type { JobOwner, LedgerEntry, Migration } from './ledger-entry';
import { ledgerTags, timesOf } from './tags';

/** The sources among these that smc-batch has tagged as migrated, fifty a call. SMC: ListTagResources. */
export async function readLedger(
  smc: SmcClient,
  sourceIds: readonly string[],
): Promise<Map<string, LedgerEntry>> {
  const ledger = new Map<string, LedgerEntry>();
  const migrations = new Map<string, Migration>();
  for await (const { resourceId, tagKey, tagValue } of tagsOf(smc, 'sourceserver', sourceIds)) {
    if (tagValue === undefined) continue;
    const entry = ledger.get(resourceId) ?? { batch: '' };
    if (tagKey === ledgerTags.batch) ledger.set(resourceId, { ...entry, batch: tagValue });
    if (tagKey === ledgerTags.image) ledger.set(resourceId, { ...entry, image: tagValue });
    const more =
      tagKey === ledgerTags.job
        ? { jobId: tagValue }
        : tagKey === ledgerTags.time
          ? timesOf(tagValue)
          : undefined;
    if (more) migrations.set(resourceId, { ...migrations.get(resourceId), ...more });
  }
  for (const [sourceId, migration] of migrations) {
    const entry = ledger.get(sourceId);
    if (entry) entry.migration = migration;
  }
  return ledger;
}

/**
 * The owners of those of these jobs that smc-batch has made. Newer answers contain the tags; where no answer does, the tag
 * service is asked. SMC: ListTagResources.
 */
export async function jobOwners(
  smc: SmcClient,
  jobs: readonly Pick<ReplicationJob, 'jobId' | 'tags'>[],
): Promise<Map<string, JobOwner>> {
  const owners = new Map<string, JobOwner>();
  const servers = new Map<string, string>();
  const note = (jobId: string, key: string | undefined, value: string | undefined) => {
    if (value && key === ledgerTags.batch) owners.set(jobId, { batch: value });
    if (value && key === ledgerTags.server) servers.set(jobId, value);
  };
  for (const { jobId, tags } of jobs) for (const { key, value } of tags) note(jobId, key, value);
  if (jobs.every(({ tags }) => tags.length === 0)) {
    const ids = jobs.map(({ jobId }) => jobId);
    for await (const { resourceId, tagKey, tagValue } of tagsOf(smc, 'replicationjob', ids))
      note(resourceId, tagKey, tagValue);
  }
  for (const [jobId, server] of servers) {
    const owner = owners.get(jobId);
    if (owner) owner.server = server;
  }
  return owners;
}

/** A job in the form that `judgeSource` reads. */
export function judgedJob(job: ReplicationJob, owner: JobOwner | undefined): JudgedJob {
  const { jobId, status, sourceId } = job;
  const image = status === 'Finished' ? (imageOf(job) ?? job.instanceId) : undefined;
  return { jobId, status, sourceId, ...(mayRun(job) && { runs: true }), ...(image && { image }), owner };
}

/** A job with the tags of a batch; `job` is absent where the job is not listed. */
export interface OwnedJob {
  jobId: string;
  owner: JobOwner;
  job?: ReplicationJob;
}

/**
 * The jobs with the tag of a batch, or of any batch where none is given. They are found by the tag service, which every
 * edition of the API has. SMC: ListTagResources, DescribeReplicationJobs.
 */
export async function* ownedJobs(smc: SmcClient, batch?: string): AsyncGenerator<OwnedJob> {
  const ids: string[] = [];
  const tags = [{ key: ledgerTags.batch, ...(batch !== undefined && { value: batch }) }];
  for await (const tag of smc.allTagResources({ resourceType: 'replicationjob', tags })) {
    if (tag.tagKey === ledgerTags.batch && tag.tagValue === (batch ?? tag.tagValue)) ids.push(tag.resourceId);
  }
  for (const jobIds of chunksOf50(ids)) {
    const tagged = await jobOwners(
      smc,
      jobIds.map((jobId) => ({ jobId, tags: [] })),
    );
    const { replicationJobs } = await smc.describeReplicationJobs({ jobIds, pageSize: 50 });
    const listed = new Map(replicationJobs.map((job) => [job.jobId, job]));
    for (const [jobId, owner] of tagged) yield { jobId, owner, job: listed.get(jobId) };
  }
}

type TagOfResource = ListTagResourcesAnswer['tagResources'][number];

/** SMC refuses the whole call when one of its resources is gone: then the resources are asked for one by one. */
async function* tagsOf(
  smc: SmcClient,
  resourceType: 'sourceserver' | 'replicationjob',
  ids: readonly string[],
): AsyncGenerator<TagOfResource> {
  for (const resourceIds of chunksOf50(ids)) {
    try {
      const tags: TagOfResource[] = [];
      for await (const tag of smc.allTagResources({ resourceType, resourceIds })) tags.push(tag);
      yield* tags;
    } catch (error) {
      if (!(error instanceof SmcError && error.code === 'InvalidResourceId.NotFound')) throw error;
      if (resourceIds.length > 1) for (const id of resourceIds) yield* tagsOf(smc, resourceType, [id]);
    }
  }
}

/** Lists of 50 ids, none of them twice. SMC: at most 50 sources, jobs or resources a call. */
export function chunksOf50(ids: readonly string[]): string[][] {
  const each = [...new Set(ids)];
  return Array.from({ length: Math.ceil(each.length / 50) }, (_, i) => each.slice(i * 50, (i + 1) * 50));
}
