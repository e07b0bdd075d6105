import { Context } from '@temporalio/activity';
import { mayRun, type ReplicationJob } from '../src/smc';
import type { ActivityContext } from './context';
import { awaitsImage, type EndedJob, endedJob, goneJob } from './ended-job';
import { lateReadPatience } from './replication-job-poller';
import { smcApplicationFailure } from './smc-failure';
import { tellBatch } from './tell-batch';

export interface WatchWaitingJobInput {
  batch: string;
  server: string;
  round: number;
  jobId: string;
  /** Which start of the job brought it here, from 1. */
  start: number;
  /** Hours between its syncs. */
  frequency: number;
}

const hourMs = 3_600_000;
/** Half of the heartbeat timeout its workflow gives. */
const beatMs = 7 * 60_000;

/**
 * Watches an incremental job between its first run and its cut-over, which may be weeks: it looks only when the next
 * sync is due and until that has ended. Returns when the job has ended otherwise than in Waiting, and tells the batch
 * first; a status that this version does not know is no end, so that the job can be cut over all the same.
 * SMC: DescribeReplicationJobs.
 */
export function watchWaitingJob({ poller, pollIntervalSeconds }: ActivityContext) {
  return async ({ batch, jobId, frequency, ...server }: WatchWaitingJobInput): Promise<EndedJob> => {
    const activity = Context.current();
    const beat = setInterval(() => activity.heartbeat({ jobId }), beatMs);
    const hasBeenGone = lateReadPatience(pollIntervalSeconds);
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);

    const untilEnded = async (): Promise<EndedJob> => {
      for (;;) {
        const { job, ...look } = await poller.nextLook(jobId, activity.cancellationSignal);
        if (!job) {
          if ('error' in look && look.error) {
            if (look.error.class === 'account') throw smcApplicationFailure(look.error);
            continue;
          }
          if (hasBeenGone(true)) return goneJob(jobId);
          continue;
        }
        hasBeenGone(false);
        activity.heartbeat({
          jobId,
          status: job.status,
          businessStatus: job.businessStatus,
          progress: job.progress,
        });
        if (job.status === 'Waiting') await activity.sleep(untilNextRunMs(job, frequency));
        else if (job.status === 'Deleting' || mayRun(job)) continue;
        else if (!awaitsImage(job) || hasLackedImage(true)) return endedJob(job);
      }
    };

    try {
      const { end, error, ...ended } = await untilEnded();
      await tellBatch(batch, { kind: 'stoppedRunning', ...server, jobId, end, error });
      return { end, error, ...ended };
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
