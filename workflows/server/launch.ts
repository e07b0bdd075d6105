import type { EndedJob } from '../../activities/jobs/ended-job';
import type { SmcFailure } from '../contract/failure';
import { isQuotaRefusal, isSourceStateRefusal, smcFailureOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { freeRefusals, restartAfter, restartsIn } from '../contract/start-again';
import { type Ended, type Job, type Launch, noteEnd } from './job';
import { shortCall } from './short-calls';
import type { Asking, SlotsFromBatch } from './slots';

/** Gives the running slot back and waits for the next one. */
export type AskForSlot = (asking?: Asking) => Promise<void>;

/**
 * Starts the job, or cuts it over. A refusal has the same effects for both:
 * - the quota: it asks the batch for a slot
 * - the source is not ready, or the job has ended: it gives that end, and gives the slot back
 * - a final refusal is thrown: the job stays, with its work.
 */
export async function launch(
  input: ServerMigrationInput,
  job: Job,
  how: Launch,
  slots: SlotsFromBatch,
  askForSlot: AskForSlot,
): Promise<Ended | undefined> {
  const { jobId, status, startTime } = job;
  job.before = { status, startTime };
  for (;;) {
    try {
      const ended = await call(jobId, how);
      if (ended) return await foundEnded(input, job, ended, slots);
      job.refusedStarts = 0;
      if (how === 'cutOver') job.cutOvers++;
      return undefined;
    } catch (error) {
      if (isSourceStateRefusal(error)) return notStarted(input, job, smcFailureOf(error), slots);
      if (!isQuotaRefusal(error)) throw error;
      await askForSlot({ refused: smcFailureOf(error), isCutOver: how === 'cutOver' });
    }
  }
}

const call = (jobId: string, how: Launch): Promise<EndedJob | undefined> =>
  how === 'start'
    ? shortCall('startReplicationJob', jobId, { jobId })
    : shortCall('cutOverReplicationJob', jobId, { jobId, syncData: true });

/** The end of a job whose start was refused because the job had ended. */
async function foundEnded(
  input: ServerMigrationInput,
  job: Job,
  ended: EndedJob,
  slots: SlotsFromBatch,
): Promise<Ended> {
  noteEnd(job, ended);
  const startsAgainInSeconds = restartsIn(restartAfter(input.policy, job.attempt), ended.end);
  return tellNotRunning(input, job, { ...ended, startsAgainInSeconds }, slots);
}

/** The source is not ready: the server waits for it without a running slot, as after an error of the job. */
async function notStarted(
  input: ServerMigrationInput,
  job: Job,
  error: SmcFailure,
  slots: SlotsFromBatch,
): Promise<Ended> {
  const restart = restartAfter(input.policy, job.attempt);
  job.refusedStarts++;
  const costsNoAttempt = job.refusedStarts <= freeRefusals;
  const startsAgainInSeconds = costsNoAttempt ? restart.inSeconds : restartsIn(restart, 'NotStarted');
  return tellNotRunning(
    input,
    job,
    { end: 'NotStarted', error, costsNoAttempt, startsAgainInSeconds },
    slots,
  );
}

/** Reports to the batch that the job does not run, which gives the running slot back. */
async function tellNotRunning(
  { batch, server, round }: ServerMigrationInput,
  { jobId, start, status }: Job,
  ended: Ended,
  slots: SlotsFromBatch,
): Promise<Ended> {
  const { end, error, costsNoAttempt, startsAgainInSeconds } = ended;
  const neverStarted = start === 1 && status === 'Ready';
  await shortCall('tellBatch', `${jobId} is not started`, {
    batch,
    kind: 'stoppedRunning',
    ...{ server, round, start, jobId, end, error, neverStarted, costsNoAttempt, startsAgainInSeconds },
    slotRequest: slots.lastRequest(),
  });
  return ended;
}
