import { Context } from '@temporalio/activity';
import type { ReplicationJob } from '../src/smc';
import type { JobEnd, SmcFailure } from '../workflows/messages';
import { jobFailure } from './await-replication-job';
import type { ActivityContext } from './context';

export interface WatchWaitingJobInput {
  jobId: string;
  /** Hours between its syncs. */
  frequency: number;
}

const hourMs = 3_600_000;
/** Half of the heartbeat timeout its workflow gives. */
const beatMs = 7 * 60_000;
const looksBeforeGone = 10;

/**
 * Watches an incremental job between its first run and its cut-over, which may be weeks: it looks only when the next
 * sync is due and until that has ended. Returns when the job is neither Waiting nor Running. SMC: DescribeReplicationJobs.
 */
export function watchWaitingJob({ poller }: ActivityContext) {
  return async ({ jobId, frequency }: WatchWaitingJobInput): Promise<{ end: JobEnd; error?: SmcFailure }> => {
    const activity = Context.current();
    const beat = setInterval(() => activity.heartbeat({ jobId }), beatMs);
    let notListed = 0;
    try {
      for (;;) {
        const { job, ...look } = await poller.nextLook(jobId, activity.cancellationSignal);
        if (!job) {
          if ('error' in look && look.error) continue;
          if (++notListed >= looksBeforeGone) return { end: 'Gone' };
          continue;
        }
        notListed = 0;
        activity.heartbeat({
          jobId,
          status: job.status,
          businessStatus: job.businessStatus,
          progress: job.progress,
        });
        if (job.status === 'Running') continue;
        if (job.status !== 'Waiting') {
          return { end: job.status as JobEnd, error: job.status === 'InError' ? jobFailure(job) : undefined };
        }
        await activity.sleep(untilNextRunMs(job, frequency));
      }
    } finally {
      clearInterval(beat);
    }
  };
}

function untilNextRunMs({ replicationJobRuns }: ReplicationJob, frequency: number): number {
  const last = Date.parse(replicationJobRuns.at(-1)?.startTime ?? '');
  const due = last + frequency * hourMs - Date.now();
  return Number.isFinite(due) && due > 0 && due < frequency * hourMs ? due : frequency * hourMs;
}
