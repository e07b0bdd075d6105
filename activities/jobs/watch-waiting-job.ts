import { Context } from '@temporalio/activity';
import { lateReadPatience, mayRun, type ReplicationJob } from '../../src/smc';
import { type Restart, restartsIn } from '../../workflows/contract/start-again';
import type { ActivityContext } from '../calls/context';
import { smcApplicationFailure } from '../calls/smc-failure';
import { tellBatch } from '../workflows/tell-batch';
import type { JobHeartbeat } from './await-replication-job';
import { awaitsImage, type EndedJob, endedJob, goneJob } from './ended-job';
import { jobAbsence } from './job-absence';
import { nextSyncLook } from './next-sync-look';

export interface WatchWaitingJobInput {
  batch: string;
  server: string;
  round: number;
  jobId: string;
  sourceId?: string;
  /** The number of the start that led to Waiting, from 1. */
  start: number;
  /** Hours between its syncs. */
  frequency: number;
  /** After which ends its workflow starts it again. */
  restart?: Restart;
}

const hourMs = 3_600_000;
/** Half of the heartbeat timeout that the workflow sets. */
const beatMs = 7 * 60_000;

/**
 * Watches an incremental job between its first run and its cut-over, which may take weeks: seldom, but at each poll from the
 * time at which a sync is due until it has ended. It tells the batch when a sync is due, runs and has ended, because a sync takes
 * a running slot. It returns when the job has left Running and Waiting, and tells the batch first. A status that this version
 * does not know is no end here, so that the job can still be cut over.
 * SMC: DescribeReplicationJobs.
 */
export function watchWaitingJob(context: ActivityContext) {
  const { poller, pollIntervalSeconds } = context;
  return async (input: WatchWaitingJobInput): Promise<EndedJob> => {
    const { batch, jobId, sourceId, frequency, restart, ...server } = input;
    const activity = Context.current();
    // Each heartbeat takes the place of the one before: the views show the job as it was last seen, with the age of that look.
    let seen: JobHeartbeat = { jobId, changedAt: Date.now() };
    const beat = setInterval(() => activity.heartbeat(seen), beatMs);
    const absence = jobAbsence(context, { jobId, sourceId });
    const nextLook = nextSyncLook(frequency, pollIntervalSeconds);
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);
    const tellSync = syncReporter(batch, { ...server, jobId }, pollIntervalSeconds);

    const untilEnded = async (): Promise<EndedJob> => {
      for (;;) {
        const { job, ...look } = await poller.nextLook(jobId, activity.cancellationSignal);
        if (!job) {
          if ('error' in look && look.error) {
            if (look.error.class === 'account') throw smcApplicationFailure(look.error);
            continue;
          }
          const { isGone, doubt } = await absence.missed(activity.cancellationSignal);
          if (isGone) return goneJob(jobId);
          if (doubt !== undefined) activity.heartbeat({ ...seen, pollError: doubt });
          continue;
        }
        absence.listed();
        const { status, businessStatus, progress } = job;
        const lookedAt = Date.now();
        const isSame = status === seen.status && businessStatus === seen.businessStatus;
        const changedAt = isSame ? seen.changedAt : lookedAt;
        const isNew = !isSame || progress !== seen.progress || seen.lookedAt === undefined;
        seen = { jobId, status, businessStatus, progress, changedAt, lookedAt };
        if (isNew) activity.heartbeat(seen);
        if (job.status === 'Waiting') {
          const dueAt = nextSyncAt(job, frequency);
          await tellSync({ runs: false, dueAt });
          if (dueAt !== undefined) await activity.sleep(nextLook(job, Date.now()));
        } else if (mayRun(job)) await tellSync({ runs: true });
        else if (job.status === 'Deleting') continue;
        else if (!awaitsImage(job) || hasLackedImage(true)) return endedJob(job);
      }
    };

    try {
      const { end, error, ...ended } = await untilEnded();
      const startsAgainInSeconds = restartsIn(restart, end);
      await tellBatch(batch, { kind: 'stoppedRunning', ...server, jobId, end, error, startsAgainInSeconds });
      return { end, error, ...ended, startsAgainInSeconds };
    } finally {
      clearInterval(beat);
    }
  };
}

/** When the next sync is due; undefined when the account's clock differs from ours: then the job is read at each poll. */
function nextSyncAt({ replicationJobRuns }: ReplicationJob, frequency: number): number | undefined {
  const dueAt = Date.parse(replicationJobRuns.at(-1)?.startTime ?? '') + frequency * hourMs;
  return Math.abs(dueAt - Date.now()) <= frequency * hourMs ? dueAt : undefined;
}

/** Reports a sync to the batch when it has changed. A sync that is long overdue is reported as not due: SMC may skip it. */
function syncReporter(
  batch: string,
  { server, round, jobId }: { server: string; round: number; jobId: string },
  pollIntervalSeconds: number,
) {
  const hasBeenOverdue = lateReadPatience(pollIntervalSeconds);
  let reported: string | undefined;
  return async ({ runs, dueAt }: { runs: boolean; dueAt?: number }): Promise<void> => {
    const isOverdue = hasBeenOverdue(!runs && dueAt !== undefined && dueAt <= Date.now());
    const sync = { runs, dueAt: isOverdue ? undefined : dueAt };
    if (JSON.stringify(sync) === reported) return;
    await tellBatch(batch, { kind: 'sync', server, round, jobId, ...sync });
    reported = JSON.stringify(sync);
  };
}
