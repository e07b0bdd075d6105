import type { Policy } from '../../src/plan';
import type { JobEnd } from './server-messages';

/** After which ends a job is started once more, and when: what its migration has decided, for who tells the batch. */
export interface Restart {
  after: JobEnd[];
  inSeconds: number;
}

// Ready: listed so for too long after its start, so it was not started at all. Stopped: by somebody else; its work is
// there. NotStarted: refused for the state of its source.
const mayStartAfter: JobEnd[] = ['InError', 'Stalled', 'Ready', 'Stopped', 'NotStarted'];

/** What follows when a start ends; `attempt` counts from 1 since the job was last in order. */
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
 * So many starts of a job may be refused for the state of its source without counting as attempts: its client drops and
 * comes back. One refused more often, though its source says that it is ready, breaks as any other.
 */
export const freeRefusals = 5;

/** Seconds from an error to the next start, doubled each time, at most an hour. */
export function restartDelaySeconds(
  { restartDelaySeconds }: Pick<Policy, 'restartDelaySeconds'>,
  attempt: number,
): number {
  return Math.min(restartDelaySeconds * 2 ** (attempt - 1), 3_600);
}
