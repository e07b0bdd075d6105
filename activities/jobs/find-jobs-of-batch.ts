import { heartbeat } from '@temporalio/activity';
import { ownedJobs } from '../../src/ledger';
import { mayRun } from '../../src/smc';
import type { ActivityContext } from '../calls/context';
import { smcLook } from '../calls/smc-failure';
import { doubtOfSource } from './job-absence';

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
  /** Of the expected ones, those that are not listed though their sources are: gone, unless this look came too late. */
  missing: string[];
  /** How often this worker looks at jobs, in seconds: the account is worth asking again after a few of these. */
  pollIntervalSeconds: number;
}

export interface FindJobsOfBatchInput {
  batch: string;
  /** Jobs that the batch knows of, and would like to hear of as missing. */
  expected?: Pick<JobOfBatch, 'jobId' | 'sourceId'>[];
}

/**
 * All jobs that carry the batch's tags, whatever its plan says now.
 * SMC: ListTagResources, DescribeReplicationJobs, DescribeSourceServers.
 */
export function findJobsOfBatch({ smc, pollIntervalSeconds }: ActivityContext) {
  return ({ batch, expected = [] }: FindJobsOfBatchInput): Promise<JobsOfBatch> =>
    smcLook(async () => {
      const jobs: JobOfBatch[] = [];
      for await (const { jobId, owner, job } of ownedJobs(smc, batch)) {
        heartbeat();
        if (!job) continue;
        const runs = mayRun(job) || undefined;
        jobs.push({ jobId, server: owner.server, sourceId: job.sourceId, runs });
      }
      const listed = new Set(jobs.map(({ jobId }) => jobId));
      const missing: string[] = [];
      for (const job of expected.filter(({ jobId }) => !listed.has(jobId))) {
        heartbeat();
        // A list by tags may lack it where the tags do, or be one of another account.
        const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [job.jobId] });
        const isListed = replicationJobs.some(({ jobId }) => jobId === job.jobId);
        if (!isListed && (await doubtOfSource(smc, job)) === undefined) missing.push(job.jobId);
      }
      return { jobs, missing, pollIntervalSeconds };
    });
}
