import { Context } from '@temporalio/activity';
import { mayRun } from '../src/smc';
import { type Restart, restartsIn } from '../workflows/start-again';
import type { ActivityContext } from './context';
import { awaitsImage, type EndedJob, endedJob, goneJob } from './ended-job';
import { jobAbsence } from './job-absence';
import { nextSyncLook } from './next-sync-look';
import { lateReadPatience } from './replication-job-poller';
import { tellBatch } from './tell-batch';

export interface WatchWaitingJobInput {
  batch: string;
  server: string;
  round: number;
  jobId: string;
  sourceId?: string;
  /** Which start of the job brought it here, from 1. */
  start: number;
  /** Hours between its syncs. */
  frequency: number;
  /** After which ends its workflow starts it again. */
  restart?: Restart;
}

/** Half of the heartbeat timeout its workflow gives. */
const beatMs = 7 * 60_000;

/**
 * Watches an incremental job between its first run and its cut-over, which may be weeks: it looks when the next sync is
 * due and until that has ended, and seldom in between. Returns when the job has ended otherwise than in Waiting, and tells the batch
 * first; a status that this version does not know is no end, so that the job can be cut over all the same.
 * SMC: DescribeReplicationJobs.
 */
export function watchWaitingJob(context: ActivityContext) {
  const { poller, pollIntervalSeconds } = context;
  return async (input: WatchWaitingJobInput): Promise<EndedJob> => {
    const { batch, jobId, sourceId, frequency, restart, ...server } = input;
    const activity = Context.current();
    const beat = setInterval(() => activity.heartbeat({ jobId }), beatMs);
    const absence = jobAbsence(context, { jobId, sourceId });
    const nextLook = nextSyncLook(frequency, pollIntervalSeconds);
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);

    const untilEnded = async (): Promise<EndedJob> => {
      for (;;) {
        const { job, ...look } = await poller.nextLook(jobId, activity.cancellationSignal);
        if (!job) {
          if ('error' in look && look.error) continue;
          const { isGone, doubt } = await absence.missed(activity.cancellationSignal);
          if (isGone) return goneJob(jobId);
          if (doubt !== undefined) activity.heartbeat({ jobId, pollError: doubt });
          continue;
        }
        absence.listed();
        activity.heartbeat({
          jobId,
          status: job.status,
          businessStatus: job.businessStatus,
          progress: job.progress,
        });
        if (job.status === 'Waiting') await activity.sleep(nextLook(job, Date.now()));
        else if (job.status === 'Deleting' || mayRun(job)) continue;
        else if (!awaitsImage(job) || hasLackedImage(true)) return endedJob(job);
      }
    };

    try {
      const { end, error, ...ended } = await untilEnded();
      const startsAgainInSeconds = restartsIn(restart, end);
      await tellBatch(batch, { kind: 'stoppedRunning', ...server, jobId, end, error, startsAgainInSeconds });
      return { end, error, ...ended };
    } finally {
      clearInterval(beat);
    }
  };
}
