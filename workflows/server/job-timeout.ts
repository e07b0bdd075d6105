import type { JobHeartbeat } from '../../activities';

/** A gap of so many polls between two looks, plus a heartbeat that comes a little late, is usual: the job was seen. */
const usualPolls = 3;
const usualMs = 60_000;

/**
 * For how long a job could not be seen before its wait timed out: while the account refuses, or no worker is let in, its
 * time does not run. `last` is the wait's last heartbeat.
 */
export function unseenMs(last: JobHeartbeat | undefined, timedOutAt: number): number {
  if (!last) return 0;
  const { blindMs = 0, blindSince, lookedAt, pollIntervalSeconds = 0 } = last;
  const since = blindSince ?? lookedAt;
  const gapMs = since === undefined ? 0 : Math.max(0, timedOutAt - since);
  const isUsual = blindSince === undefined && gapMs < usualMs + usualPolls * 1000 * pollIntervalSeconds;
  return blindMs + (isUsual ? 0 : gapMs);
}
