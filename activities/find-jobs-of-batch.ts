import { heartbeat } from '@temporalio/activity';
import { ownedJobs } from '../src/ledger';
import { mayRun } from '../src/smc';
import type { ActivityContext } from './context';
import { smcLook } from './smc-failure';

/** A job that carries a batch's tags. */
export interface JobOfBatch {
  jobId: string;
  server?: string;
  sourceId?: string;
  /** It is Running, or in a status that this version does not know. */
  runs?: true;
}

export interface JobsOfBatch {
  jobs: JobOfBatch[];
  /** How often this worker looks at jobs, in seconds: the account is worth asking again after a few of these. */
  pollIntervalSeconds: number;
}

/**
 * All jobs that carry the batch's tags, whatever its plan says now.
 * SMC: ListTagResources, DescribeReplicationJobs.
 */
export function findJobsOfBatch({ smc, pollIntervalSeconds }: ActivityContext) {
  return ({ batch }: { batch: string }): Promise<JobsOfBatch> =>
    smcLook(async () => {
      const jobs: JobOfBatch[] = [];
      for await (const { jobId, owner, job } of ownedJobs(smc, batch)) {
        heartbeat();
        if (!job) continue;
        const runs = mayRun(job) || undefined;
        jobs.push({ jobId, server: owner.server, sourceId: job.sourceId, runs });
      }
      return { jobs, pollIntervalSeconds };
    });
}
