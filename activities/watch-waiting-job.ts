import { Context } from '@temporalio/activity';
import { mayRun, type ReplicationJob } from '../src/smc';
import type { ActivityContext } from './context';
import { awaitsImage, type EndedJob, endedJob, goneJob } from './ended-job';
import { lateReadPatience } from './replication-job-poller';
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
/** While no sync is due it looks every so many polls: somebody may delete the job, or cut it over. */
const restPolls = 10;
/** Half of the heartbeat timeout its workflow gives. */
const beatMs = 7 * 60_000;

/**
 * Watches an incremental job between its first run and its cut-over, which may be weeks: now and then, and closely from
 * the moment a sync is due until it has ended. It tells the batch when a sync is due, runs and has ended, since that takes a
 * running slot. Returns when the job has ended otherwise than in Waiting, and tells the batch first; a status that this
 * version does not know is no end, so that the job can be cut over all the same.
 * SMC: DescribeReplicationJobs.
 */
export function watchWaitingJob({ poller, pollIntervalSeconds }: ActivityContext) {
  return async ({ batch, jobId, frequency, ...server }: WatchWaitingJobInput): Promise<EndedJob> => {
    const activity = Context.current();
    const beat = setInterval(() => activity.heartbeat({ jobId }), beatMs);
    const hasBeenGone = lateReadPatience(pollIntervalSeconds);
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);
    const tellSync = syncTeller(batch, { ...server, jobId }, pollIntervalSeconds);

    const untilEnded = async (): Promise<EndedJob> => {
      for (;;) {
        const { job, ...look } = await poller.nextLook(jobId, activity.cancellationSignal);
        if (!job) {
          if ('error' in look && look.error) continue;
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
        if (job.status === 'Waiting') {
          const dueAt = nextSyncAt(job, frequency);
          await tellSync({ runs: false, dueAt });
          const restMs = Math.min((dueAt ?? 0) - Date.now(), 1000 * restPolls * pollIntervalSeconds);
          if (restMs > 0) await activity.sleep(restMs);
        } else if (mayRun(job)) await tellSync({ runs: true });
        else if (job.status === 'Deleting') continue;
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

/** Undefined where the account's times are not ours: such a job is looked at with every poll. */
function nextSyncAt({ replicationJobRuns }: ReplicationJob, frequency: number): number | undefined {
  const dueAt = Date.parse(replicationJobRuns.at(-1)?.startTime ?? '') + frequency * hourMs;
  return Math.abs(dueAt - Date.now()) <= frequency * hourMs ? dueAt : undefined;
}

/** Tells the batch what is news to it. SMC may begin a sync late, or not at all: then it does not count as running for ever. */
function syncTeller(
  batch: string,
  { server, round, jobId }: { server: string; round: number; jobId: string },
  pollIntervalSeconds: number,
) {
  const hasBeenOverdue = lateReadPatience(pollIntervalSeconds);
  let told: string | undefined;
  return async ({ runs, dueAt }: { runs: boolean; dueAt?: number }): Promise<void> => {
    const isOverdue = hasBeenOverdue(!runs && dueAt !== undefined && dueAt <= Date.now());
    const news = { runs, dueAt: isOverdue ? undefined : dueAt };
    if (JSON.stringify(news) === told) return;
    await tellBatch(batch, { kind: 'sync', server, round, jobId, ...news });
    told = JSON.stringify(news);
  };
}
