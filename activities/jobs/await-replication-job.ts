import { CancelledFailure, Context, log } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { lateReadMs, lateReadPatience, mayRun, type ReplicationJob } from '../../src/smc';
import type { SmcFailure } from '../../workflows/contract/failure';
import { type Restart, restartsIn } from '../../workflows/contract/start-again';
import { type ActivityContext, withHeartbeat } from '../calls/context';
import { smcApplicationFailure } from '../calls/smc-failure';
import { tellBatch } from '../workflows/tell-batch';
import { awaitsImage, type EndedJob, endedJob, goneJob, jobSays } from './ended-job';
import { jobAbsence } from './job-absence';

export interface AwaitReplicationJobInput {
  batch: string;
  server: string;
  round: number;
  jobId: string;
  /** The source of the job: when it is not listed either, the worker may read another account. */
  sourceId?: string;
  /** The number of this start of the job, from 1. */
  start: number;
  /** After which ends its workflow starts it again. */
  restart?: Restart;
  /** The job before this start: a late read may still show it so. Absent when the job ran already. */
  before?: { status: string; startTime?: string };
  stallTimeoutSeconds: number;
}

/** The state of a running job that the Temporal UI and `watch` show. */
export interface JobHeartbeat {
  jobId: string;
  status?: string;
  businessStatus?: string;
  /** Percent. */
  progress?: number;
  /** When status, businessStatus or progress last changed; milliseconds since the epoch. */
  changedAt: number;
  lookedAt?: number;
  /** The attempt that made this poll: the time of an attempt on another worker is by another clock. */
  lookedInAttempt?: number;
  /** Why the last poll failed. */
  pollError?: string;
  /** The first of the polls in a row that did not show the job; milliseconds since the epoch. */
  blindSince?: number;
  /** For how long the job could not be seen before, over all attempts; that time does not count against its timeouts. */
  blindMs?: number;
  /** Seconds between two polls. */
  pollIntervalSeconds?: number;
}

/**
 * Waits, by the worker's batched poll, until a started job no longer runs, and tells the batch at once, so that the running
 * slot does not stay idle. A failed poll is shown, and repeated. SMC: DescribeReplicationJobs.
 */
export function awaitReplicationJob(context: ActivityContext) {
  const { poller, pollIntervalSeconds } = context;
  return async (input: AwaitReplicationJobInput): Promise<EndedJob> => {
    const activity = Context.current();
    const patienceMs = lateReadMs(pollIntervalSeconds);
    const startedAt = Date.now();
    const seen = firstSeen(
      activity.info.heartbeatDetails as JobHeartbeat | undefined,
      input.jobId,
      startedAt,
    );
    seen.pollIntervalSeconds = pollIntervalSeconds;
    let lastRunAt = seen.status === 'Running' ? startedAt : undefined;
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);
    const absence = jobAbsence(context, input);

    const ended = await withHeartbeat(
      () => seen,
      async (beat): Promise<EndedJob> => {
        for (;;) {
          const look = await poller.nextLook(input.jobId, activity.cancellationSignal);
          if (!look.job) {
            if (look.error) {
              const isNew = seen.pollError !== look.error.message;
              if (isNew)
                log.warn('the job could not be read', { jobId: input.jobId, error: look.error.message });
              seen.pollError = look.error.message;
              seen.blindSince ??= Date.now();
              if (isNew) beat();
              if (look.error.class === 'account') {
                // The account may accept the calls of another worker: the heartbeat carries the state to the next attempt.
                activity.heartbeat(seen);
                throw smcApplicationFailure(look.error);
              }
            } else {
              const { isGone, doubt } = await absence.missed(activity.cancellationSignal);
              if (isGone) return goneJob(input.jobId);
              if (doubt !== undefined) seen.pollError = doubt;
            }
            continue;
          }
          absence.listed();
          const { job } = look;
          const isNew = noteSeen(seen, job, activity.info.attempt);
          // A job that has ended needs no heartbeat: the result follows.
          if (isNew && job.status === 'Running') beat();
          // A status that this version does not know may be that of a running job: the wait goes on.
          if (mayRun(job)) {
            if (job.status === 'Running') lastRunAt = Date.now();
            if (Date.now() - seen.changedAt > input.stallTimeoutSeconds * 1000) {
              if (job.status !== 'Running') return endedJob(job);
              return {
                end: 'Stalled',
                startTime: job.startTime,
                error: stalledFailure(job, input.stallTimeoutSeconds),
              };
            }
            continue;
          }
          if (job.status === 'Deleting') continue;
          // A read may be late even after one that showed the job running: reads may come from different copies.
          const mayBeLate = Date.now() - (lastRunAt ?? startedAt) < patienceMs;
          // SMC: a job that has been started is never Ready again.
          if (mayBeLate && (job.status === 'Ready' || isAsBefore(job, input.before))) continue;
          if (awaitsImage(job) && !hasLackedImage(true)) continue;
          return endedJob(job);
        }
      },
    );
    // A stalled job still runs: its slot is free once it has been stopped.
    if (ended.end === 'Stalled') return ended;
    const startsAgainInSeconds = restartsIn(input.restart, ended.end);
    // A cancelled server no longer waits for this activity, and stops its job: that end is no reason for a start.
    if (startsAgainInSeconds !== undefined) await throwIfCancelled(seen);
    await tellBatch(input.batch, {
      kind: 'stoppedRunning',
      server: input.server,
      round: input.round,
      start: input.start,
      jobId: input.jobId,
      end: ended.end,
      error: ended.error,
      startsAgainInSeconds,
    });
    return { ...ended, startsAgainInSeconds };
  };
}

/** Asks Temporal whether the activity was cancelled: its heartbeats, which would tell it, are far apart. */
async function throwIfCancelled(seen: JobHeartbeat): Promise<void> {
  const { client, info } = Context.current();
  await client.activity.heartbeat(info.taskToken, seen).catch((error: unknown) => {
    if (error instanceof ActivityCancelledError || error instanceof ActivityNotFoundError)
      throw new CancelledFailure('the wait for the job was cancelled');
  });
}

/** Whether a read shows the job as before its start. Waiting always does: a cut-over never ends in Waiting. */
const isAsBefore = (job: ReplicationJob, before: AwaitReplicationJobInput['before']) =>
  job.status === before?.status && (job.status === 'Waiting' || job.startTime === before.startTime);

/** The state from an earlier attempt. It may come from another worker with another clock: only its durations count. */
function firstSeen(earlier: JobHeartbeat | undefined, jobId: string, now: number): JobHeartbeat {
  if (!earlier) return { jobId, changedAt: now };
  const stoodMs = Math.max(0, (earlier.lookedAt ?? earlier.changedAt) - earlier.changedAt);
  return { ...earlier, changedAt: now - stoodMs, ...(earlier.lookedAt && { lookedAt: now }) };
}

/** Notes what a poll has shown. Gives whether the views show something new by it. */
function noteSeen(seen: JobHeartbeat, job: ReplicationJob, attempt: number): boolean {
  const isFirst = seen.lookedInAttempt !== attempt || seen.pollError !== undefined;
  if (seen.blindSince !== undefined) {
    const blindMs = Math.max(0, Date.now() - seen.blindSince);
    seen.blindMs = (seen.blindMs ?? 0) + blindMs;
    seen.changedAt += blindMs;
    delete seen.blindSince;
  }
  const hasMoved =
    seen.status !== job.status ||
    seen.businessStatus !== job.businessStatus ||
    seen.progress !== job.progress;
  if (hasMoved) seen.changedAt = Date.now();
  seen.status = job.status;
  seen.businessStatus = job.businessStatus;
  seen.progress = job.progress;
  seen.lookedAt = Date.now();
  seen.lookedInAttempt = attempt;
  delete seen.pollError;
  return hasMoved || isFirst;
}

const stalledFailure = (job: ReplicationJob, seconds: number): SmcFailure => ({
  code: 'ReplicationJob.Stalled',
  message: `${jobSays(job)}, and has not moved for ${seconds} s`,
  remedy: "Check the source server's SMC client and its network.",
});
