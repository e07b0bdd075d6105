import { ApplicationFailure } from '@temporalio/activity';
import { SmcError } from '../src/smc';
import type { ActivityContext } from './context';
import { knownStatus } from './replication-job-poller';
import { smcCall } from './smc-failure';

/** Starts a job that is Ready, Stopped or InError; one that has started already is fine. SMC: StartReplicationJob. */
export function startReplicationJob({ smc }: ActivityContext) {
  return (input: { jobId: string }): Promise<void> =>
    smcCall(async (signal) => {
      try {
        await smc.startReplicationJob({ jobId: input.jobId }, { signal });
      } catch (error) {
        if (!(error instanceof SmcError) || error.class !== 'state') throw error;
        // A lost answer, or somebody in the console, may have started it before us.
        const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [input.jobId] }, { signal });
        const job = replicationJobs.find(({ jobId }) => jobId === input.jobId);
        const status = job && knownStatus(job);
        if (status === 'Running' || status === 'Waiting' || status === 'Finished') return;
        if (
          error.code === 'ReplicationJob.InvalidStatus' &&
          (!job || status === 'Ready' || status === 'Stopped' || status === 'InError')
        ) {
          // The refusal and the status contradict each other: one of them is late.
          throw ApplicationFailure.create({ message: error.message, type: error.code, nextRetryDelay: '5s' });
        }
        throw error;
      }
    });
}
