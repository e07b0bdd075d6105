import type { JobHeartbeat } from '../../activities';

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
