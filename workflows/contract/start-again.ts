import type { Policy } from '../../src/plan';
import type { JobEnd } from './server-messages';

/**
 * The ends after which a job is started again, and the delay. The server's workflow decides it before it waits for the job, so
 * that the activity that sees the end can tell the batch at once.
 */
export interface Restart {
  after: JobEnd[];
  inSeconds: number;
}

// Ready: the job is listed so for too long after its start, so the start had no effect. Stopped: somebody else has stopped
// the job, and its work is kept. NotStarted: the start was refused because the source was not ready.
const mayStartAfter: JobEnd[] = ['InError', 'Stalled', 'Ready', 'Stopped', 'NotStarted'];

/** What follows when the job ends; `attempt` counts from 1 since the last job run that succeeded. */
export function restartAfter(
  policy: Pick<Policy, 'attempts' | 'restartDelaySeconds'>,
  attempt: number,
): Restart {
  return {
    after: attempt < policy.attempts ? mayStartAfter : [],
    inSeconds: restartDelaySeconds(policy, attempt),
  };
}

/** Seconds to the next start; undefined when the job is not started again. */
export const restartsIn = (restart: Restart | undefined, end: JobEnd): number | undefined =>
  restart?.after.includes(end) ? restart.inSeconds : undefined;

/**
 * The first refusals in a row because the source is not ready cost no attempt: an SMC client may be offline for a moment.
 * Each further one counts.
 */
export const freeRefusals = 5;

/** Seconds from an error to the next start, doubled each time, at most an hour. */
export function restartDelaySeconds(
  { restartDelaySeconds }: Pick<Policy, 'restartDelaySeconds'>,
  attempt: number,
): number {
  return Math.min(restartDelaySeconds * 2 ** (attempt - 1), 3_600);
}
