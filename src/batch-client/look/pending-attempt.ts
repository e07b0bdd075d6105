import type { JobHeartbeat } from '../../../activities';
import type { JobSeen } from '../../report';

/** An activity that is under way or waits for its next attempt. */
export interface PendingAttempt {
  activity: string;
  attempt: number;
  lastFailure?: string;
  /** Of one that waits for its next attempt; milliseconds since the epoch. */
  nextAttemptAt?: number;
  /** Of one that is under way; milliseconds since the epoch. */
  startedAt?: number;
  /** What it last saw of its job, where it polls one. */
  heartbeat?: JobHeartbeat;
  /** When Temporal got that, by its own clock; milliseconds since the epoch. */
  heartbeatAt?: number;
}

/** The job that a workflow's activities are about, and how they last saw it. */
export function jobOf(attempts: readonly PendingAttempt[]): { jobId?: string; seen?: JobSeen } {
  const { heartbeat, heartbeatAt = Number.POSITIVE_INFINITY } =
    attempts.find((attempt) => attempt.heartbeat?.jobId) ?? {};
  if (!heartbeat) return {};
  const { jobId, status, businessStatus, progress, lookedAt, changedAt } = heartbeat;
  if (!status) return { jobId };
  // A worker's clock may run ahead: what it has seen is no younger than its message.
  const at = Math.min(lookedAt ?? changedAt ?? Number.POSITIVE_INFINITY, heartbeatAt);
  // A worker of another version may tell no time: without one there is no age to show.
  if (!Number.isFinite(at)) return { jobId };
  return { jobId, seen: { status, businessStatus, progress, at } };
}

/** One call ends within this time: an attempt that takes longer has succeeded with it, and waits for its job. */
const longestCallMs = 120_000;

/**
 * Why the attempt makes no progress: its polls fail, or its last try has failed. Undefined once a later poll, or a later
 * try, has succeeded, as after the death of a worker.
 */
export function attemptTrouble(
  { attempt, lastFailure, startedAt, heartbeat }: PendingAttempt,
  now: number,
): string | undefined {
  if (heartbeat?.pollError) return heartbeat.pollError;
  if (startedAt === undefined) return lastFailure;
  const hasLookedSince = heartbeat?.lookedInAttempt === attempt;
  return hasLookedSince || now - startedAt > longestCallMs ? undefined : lastFailure;
}

/** Why an attempt failed. Temporal says only that no heartbeat came: its worker was ended, or has lost its network. */
export const failureSaid = (message: string | undefined): string | undefined =>
  message === 'activity Heartbeat timeout'
    ? 'its worker does not answer; another one takes over (Heartbeat timeout)'
    : message;
