import { heartbeat } from '@temporalio/activity';
import type { ReplicationJob, SmcClient } from '../src/smc';
import { ledgerTags } from '../workflows/ids';
import type { Slots } from '../workflows/messages';
import type { ActivityContext } from './context';
import { smcCall } from './smc-failure';

export interface JobCount {
  /** All jobs of the account. */
  all: Slots;
  /** Those that do not belong to the batches asked about: other tools', people's, ended batches'. */
  others: Slots;
  /** How often this worker looks at jobs, in seconds: a count is worth repeating after a few of these. */
  pollIntervalSeconds: number;
}

/** Counts the account's jobs and those that are not of the given batches, by their tags. SMC: DescribeReplicationJobs. */
export function countReplicationJobs({ smc, pollIntervalSeconds }: ActivityContext) {
  return ({ batches }: { batches: string[] }): Promise<JobCount> =>
    smcCall(async () => {
      const jobs: ReplicationJob[] = [];
      for await (const job of smc.allReplicationJobs({})) {
        jobs.push(job);
        heartbeat();
      }
      const batchOf = await batchesOfJobs(smc, jobs);
      const others = jobs.filter(({ jobId }) => !batches.includes(batchOf.get(jobId) ?? ''));
      return { all: slots(jobs), others: slots(others), pollIntervalSeconds };
    });
}

const slots = (jobs: ReplicationJob[]): Slots => ({
  existing: jobs.length,
  running: jobs.filter(({ status }) => status === 'Running').length,
});

/** Newer answers carry the tags; for older ones the tag service is asked. */
async function batchesOfJobs(smc: SmcClient, jobs: ReplicationJob[]): Promise<Map<string, string>> {
  const batchOf = new Map<string, string>();
  for (const job of jobs) {
    const tag = job.tags.find(({ key }) => key === ledgerTags.batch);
    if (tag?.value) batchOf.set(job.jobId, tag.value);
  }
  if (jobs.length > 0 && jobs.every(({ tags }) => tags.length === 0)) {
    const tags = smc.allTagResources({ resourceType: 'replicationjob', tags: [{ key: ledgerTags.batch }] });
    for await (const { resourceId, tagKey, tagValue } of tags) {
      if (tagKey === ledgerTags.batch && tagValue) batchOf.set(resourceId, tagValue);
    }
  }
  return batchOf;
}
