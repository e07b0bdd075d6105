import type { SmcFailure } from '../contract/failure';
import { isQuotaRefusal, isSourceStateRefusal, smcFailureOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { freeRefusals, restartAfter, restartsIn } from '../contract/start-again';
import { smcCalls } from './activities';
import { type Ended, type Job, note, type Step } from './job';
import type { Asking } from './slots';

/** Gives the running slot back and waits for the next one. */
export type AskForSlot = (asking?: Asking) => Promise<void>;

/**
 * Sets the job going, by a start or by a cut-over, with the same answers to a refusal: the quota's is waited out for a
 * slot, the source's state without one; a job that has come to an end meanwhile is given with that. A refusal for good is
 * thrown: the job is left, with all that is in it.
 */
export async function launch(
  input: ServerMigrationInput,
  job: Job,
  step: Step,
  askForSlot: AskForSlot,
): Promise<Ended | undefined> {
  const { jobId, status, startTime } = job;
  const calls = smcCalls(jobId);
  for (;;) {
    try {
      job.before = { status, startTime };
      const ended =
        step === 'start'
          ? await calls.startReplicationJob({ jobId })
          : await calls.cutOverReplicationJob({ jobId, syncData: true });
      if (!ended) {
        job.refusedStarts = 0;
        if (step === 'cutOver') job.cutOvers++;
        return undefined;
      }
      note(job, ended);
      await tellNotRunning(input, job, ended);
      return ended;
    } catch (error) {
      if (isSourceStateRefusal(error)) return notStarted(input, job, smcFailureOf(error));
      if (!isQuotaRefusal(error)) throw error;
      await askForSlot({ refused: smcFailureOf(error), isCutOver: step === 'cutOver' });
    }
  }
}

/** As after an error of the job: its source is waited for, without a running slot. */
async function notStarted(input: ServerMigrationInput, job: Job, error: SmcFailure): Promise<Ended> {
  job.refusedStarts++;
  const isFree = job.refusedStarts <= freeRefusals;
  const ended: Ended = { end: 'NotStarted', error, isFree };
  await tellNotRunning(input, job, ended);
  return ended;
}

/** Gives the running slot back: what should have run does not. */
async function tellNotRunning(
  { batch, server, round, policy }: ServerMigrationInput,
  job: Job,
  { end, error, isFree }: Ended,
): Promise<void> {
  const { jobId, start, attempt, status } = job;
  const neverStarted = start === 1 && status === 'Ready';
  const restart = restartAfter(policy, attempt);
  const startsAgainInSeconds = isFree ? restart.inSeconds : restartsIn(restart, end);
  await smcCalls(`${jobId} is not started`).tellBatch(batch, {
    kind: 'stoppedRunning',
    ...{ server, round, start, jobId, end, error, neverStarted, isFree, startsAgainInSeconds },
  });
}
