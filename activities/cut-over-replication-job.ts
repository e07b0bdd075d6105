import { ApplicationFailure } from '@temporalio/activity';
import { type CutOverReplicationJobRequest, type SmcClient, SmcError } from '../src/smc';
import type { ActivityContext } from './context';
import { knownStatus } from './replication-job-poller';
import { smcCall } from './smc-failure';

/**
 * Ends an incremental job that is Waiting, with one last sync when `syncData` is true; one that has been ended is fine,
 * and a scheduled sync under way is waited out by retries. SMC: CutOverReplicationJob.
 */
export function cutOverReplicationJob({ smc }: ActivityContext) {
  return (request: CutOverReplicationJobRequest): Promise<void> =>
    smcCall(async (signal) => {
      try {
        await smc.cutOverReplicationJob(request, { signal });
      } catch (error) {
        if (!(error instanceof SmcError) || (error.class !== 'transient' && error.class !== 'state'))
          throw error;
        const status = await statusOf(smc, request.jobId, signal);
        if (status === 'Finished') return;
        // The answer was lost: a job that has left Waiting has been cut over.
        if (error.class === 'transient' && status === 'Running') return;
        // Refused while it runs: a scheduled sync, or our last one. Only the end tells.
        if (error.class === 'state' && status === 'Running') throw later(error, '1m');
        // The refusal and the status contradict each other: one of them is late.
        if (error.code === 'ReplicationJob.InvalidStatus' && status === 'Waiting') throw later(error, '5s');
        throw error;
      }
    });
}

async function statusOf(smc: SmcClient, jobId: string, signal: AbortSignal) {
  const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] }, { signal });
  const job = replicationJobs.find((found) => found.jobId === jobId);
  return job && knownStatus(job);
}

const later = ({ message, code }: SmcError, nextRetryDelay: '5s' | '1m') =>
  ApplicationFailure.create({ message, type: code, nextRetryDelay });
