import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  setHandler,
  sleep,
  upsertMemo,
} from '@temporalio/workflow';
import { isTimeout, type SmcFailure, smcFailureOf } from '../contract/failure';
import { cutOverRequested, type ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { restartAfter, restartDelaySeconds, restartsIn } from '../contract/start-again';
import { sourceWaits } from './activities';
import { alreadyMigrated } from './already-migrated';
import { cleanUp, endWithoutJob } from './clean-up';
import { createJob } from './create';
import type { Ended, Job, Step } from './job';
import { type AskForSlot, launch } from './launch';
import { enter, enterDetails } from './shown-phase';
import { type SlotsFromBatch, slotsFromBatch } from './slots';
import { answerStanding, stand } from './standing';
import { keepValid, needsCare } from './valid-time';
import { awaitJob, type CutOver, stopJob, untilCutOver } from './watch';

/**
 * Migrates one server: creates its replication job, starts it, waits for its end, writes the ledger, deletes the job.
 * The batch starts it with a running slot in hand. It always returns a result: a failure is one too. Whatever
 * happens, also on cancellation, the job is cleaned up as the policy says before it returns.
 */
export async function serverMigration(input: ServerMigrationInput): Promise<ServerResult> {
  answerStanding(input);
  const slots = slotsFromBatch(input);
  const cutOver: CutOver = { requested: false };
  setHandler(cutOverRequested, () => {
    cutOver.requested = true;
  });

  let job: Job;
  try {
    job = await createJob(input, slots);
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled)
      return endWithoutJob(input, { outcome: 'cancelled' });
    return endWithoutJob(input, alreadyMigrated(error) ?? { outcome: 'failed', error: smcFailureOf(error) });
  }
  upsertMemo({ jobId: job.jobId });
  stand({ phase: 'migrating', jobId: job.jobId });
  enterDetails('running', `Job **${job.jobId}**`);

  let ended: Ended | 'cancelled';
  try {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
    ended = await runToItsEnd(input, job, slots, cutOver);
  } catch (error) {
    ended = isCancellation(error) ? 'cancelled' : { end: 'Unknown', error: smcFailureOf(error) };
  }
  return CancellationScope.nonCancellable(() => cleanUp(input, job, ended));
}

/** Starts the job, waits for its end, and starts it again after an error as often as the policy allows. */
async function runToItsEnd(
  input: ServerMigrationInput,
  job: Job,
  slots: SlotsFromBatch,
  cutOver: CutOver,
): Promise<Ended> {
  // A turn may come after weeks, as in a paused batch.
  const whileWaiting = async () => {
    if (needsCare(job, Date.now())) await keepValid(input, job);
  };
  const askForSlot: AskForSlot = (asking) => slots.ask(job.jobId, { ...asking, whileWaiting });
  // An adopted job may be old, and past its start.
  await whileWaiting();
  let step: Step | undefined = isStartable(job) ? 'start' : undefined;
  for (;;) {
    const refused = step && (await launch(input, job, step, askForSlot));
    if (!refused) await slots.used();
    let ended = refused ?? (await awaitJob(input, job));
    if (ended.end === 'Stalled' || ended.end === 'TimedOut') ended = await stopJob(input, job, ended);
    if (ended.end === 'Waiting') {
      job.attempt = 1;
      job.refusedStarts = 0;
      const broken = await untilCutOver(input, job, cutOver);
      if (!broken) {
        await askForSlot({ isCutOver: true });
        job.start++;
        job.attempt = job.cutOvers + 1;
        stand({ phase: 'migrating', jobId: job.jobId, starts: job.start });
        enter('running', `Job **${job.jobId}**: last sync and final image`);
        step = 'cutOver';
        continue;
      }
      ended = broken;
    }
    const isRestarted =
      ended.isFree || restartsIn(restartAfter(input.policy, job.attempt), ended.end) !== undefined;
    if (!isRestarted) return ended;
    if (ended.end !== 'NotStarted') step = 'start';
    await recover(input, job, ended);
    await askForSlot({ isCutOver: step === 'cutOver' });
    if (!ended.isFree) {
      job.start++;
      job.attempt++;
    }
    stand({ phase: 'migrating', jobId: job.jobId, starts: job.start });
    enter('running', `Job **${job.jobId}**, start ${job.attempt} of ${input.policy.attempts}`);
    if (step === 'start' && !isStartable(job)) step = undefined;
  }
}

const isStartable = ({ status }: Job) => status === 'Ready' || status === 'Stopped' || status === 'InError';

/** Waits before the next start, and for the source's client where that is what broke the job. */
async function recover(input: ServerMigrationInput, job: Job, ended: Ended): Promise<void> {
  const seconds = restartDelaySeconds(input.policy, job.attempt);
  stand({ phase: 'recovering', jobId: job.jobId, error: ended.error });
  enter(
    'recovering',
    `Job **${job.jobId}** is started again in ${seconds} s: ${ended.error?.message ?? ended.end}`,
  );
  await sleep(seconds * 1000, { summary: 'before the next start' });
  const { batch, server, round, sourceId } = input;
  const { jobId } = job;
  await sourceWaits(`source ${sourceId}`)
    .awaitSourceServer({ batch, server, round, sourceId, jobId })
    .catch((error: unknown) => {
      throw isTimeout(error) ? awayTooLong(input, smcFailureOf(error)) : error;
    });
  if (needsCare(job, Date.now())) await keepValid(input, job);
}

const awayTooLong = ({ sourceId }: ServerMigrationInput, { message }: SmcFailure) =>
  ApplicationFailure.nonRetryable(message, 'SourceServer.Offline', {
    code: 'SourceServer.Offline',
    message: `source server ${sourceId} has not been ready for 7 days`,
    remedy: 'Start the SMC client on the source server and check its network, then retry the server.',
  });
