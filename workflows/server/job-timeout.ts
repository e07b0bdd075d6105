import type { JobHeartbeat } from '../../activities';

/** A gap of so many polls between two reads, and a little for a late heartbeat, is usual: in it the job counts as seen. */
const usualPolls = 3;
const usualMs = 60_000;

/**
 * For how long a job could not be seen before its wait timed out: while the account refuses calls, or no worker is accepted, the
 * jobTimeout does not run. `last` is the last heartbeat of the wait.
 */
export function unseenMs(last: JobHeartbeat | undefined, timedOutAt: number): number {
  if (!last) return 0;
  const { blindMs = 0, blindSince, lookedAt, pollIntervalSeconds = 0 } = last;
  const since = blindSince ?? lookedAt;
  const gapMs = since === undefined ? 0 : Math.max(0, timedOutAt - since);
  const isUsual = blindSince === undefined && gapMs < usualMs + usualPolls * 1000 * pollIntervalSeconds;
  return blindMs + (isUsual ? 0 : gapMs);
}
