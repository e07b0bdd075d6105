import type { Policy } from '../../src/plan';
import type { JobEnd } from './server-messages';

/** After which ends a job is started once more, and when. The server's workflow decides it before; the activity that sees the end tells it. */
export interface Restart {
  after: JobEnd[];
  inSeconds: number;
}

// Ready: listed so for too long after its start, so the start had no effect. Stopped: by somebody else; its work is
// there. NotStarted: the start was refused because its source was not ready.
const mayStartAfter: JobEnd[] = ['InError', 'Stalled', 'Ready', 'Stopped', 'NotStarted'];

/** What follows when a start ends; `attempt` counts from 1 since the last run that succeeded. */
export function restartAfter(
  policy: Pick<Policy, 'attempts' | 'restartDelaySeconds'>,
  attempt: number,
): Restart {
  return {
    after: attempt < policy.attempts ? mayStartAfter : [],
    inSeconds: restartDelaySeconds(policy, attempt),
  };
}

/** Seconds to the next start; undefined when there is none. */
export const restartsIn = (restart: Restart | undefined, end: JobEnd): number | undefined =>
  restart?.after.includes(end) ? restart.inSeconds : undefined;

/**
 * So many starts in a row may be refused because the source is not ready without counting as attempts: its client drops
 * and comes back. Each further one counts.
 */
export const freeRefusals = 5;

/** Seconds from an error to the next start, doubled each time, at most an hour. */
export function restartDelaySeconds(
  { restartDelaySeconds }: Pick<Policy, 'restartDelaySeconds'>,
  attempt: number,
): number {
  return Math.min(restartDelaySeconds * 2 ** (attempt - 1), 3_600);
}
