import type { Policy } from '../src/plan';
import type { JobEnd } from './messages';

/** Whether a job that ended so is started once more; the batch and the server's migration judge alike. */
export function mayStartAgain(end: JobEnd, start: number, attempts: number): boolean {
  // Ready: listed so for too long after its start, so it was not started at all.
  return (end === 'InError' || end === 'Stalled' || end === 'Ready') && start < attempts;
}

/**
 * So many starts of a job may be refused for the state of its source without counting as attempts: its client drops and
 * comes back. One refused more often, though its source says that it is ready, breaks as any other.
 */
export const freeRefusals = 5;

/** Seconds from an error to the next start, doubled each time, at most an hour. */
export function restartDelaySeconds(
  { restartDelaySeconds }: Pick<Policy, 'restartDelaySeconds'>,
  start: number,
): number {
  return Math.min(restartDelaySeconds * 2 ** (start - 1), 3_600);
}
