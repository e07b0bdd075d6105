import { heartbeat } from '@temporalio/activity';
import { ownedJobs } from '../../src/ledger';
import { mayRun } from '../../src/smc';
import type { ActivityContext } from '../calls/context';
import { smcLook } from '../calls/smc-failure';
import { doubtOfSource } from './job-absence';

/** A job with the tags of a batch. */
export interface JobOfBatch {
  jobId: string;
  server?: string;
  sourceId?: string;
  /** It is Running, or has a status that this version does not know. */
  runs?: true;
}

export interface JobsOfBatch {
  jobs: JobOfBatch[];
  /** The expected jobs that are not listed, while their sources are: they are gone, unless this read is late. */
  missing: string[];
  /** The poll interval of this worker: the account is read again after a few of these. */
  pollIntervalSeconds: number;
}

export interface FindJobsOfBatchInput {
  batch: string;
  /** Jobs that the batch knows; those that are not listed are given as `missing`. */
  expected?: Pick<JobOfBatch, 'jobId' | 'sourceId'>[];
}

/**
 * All jobs with the batch's tags, whether or not their servers are in its plan.
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
        // The list by tags may lack the job when its tags were removed, or when it is that of another account.
        const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [job.jobId] });
        const isListed = replicationJobs.some(({ jobId }) => jobId === job.jobId);
        if (!isListed && (await doubtOfSource(smc, job)) === undefined) missing.push(job.jobId);
      }
      return { jobs, missing, pollIntervalSeconds };
    });
}
