import { sleep } from '@temporalio/workflow';
import { isTimeout } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { sourceWaits } from './activities';
import { awaitEnd } from './await-job';
import { type CutOver, untilCutOver } from './between-syncs';
import { type Ended, isStartable, type Job, type Launch } from './job';
import { type AskForSlot, launch } from './launch';
import { showPhase } from './shown-phase';
import type { SlotsFromBatch } from './slots';
import { noteStanding } from './standing';
import { keepOldJobValid } from './valid-time';

/**
 * Runs the job to its last end: starts it, waits for its end, and starts it again after an error as often as the policy allows.
 * An incremental job is cut over when it is time. Gives the end after which no start follows.
 */
export async function runJob(
  input: ServerMigrationInput,
  job: Job,
  slots: SlotsFromBatch,
  cutOver: CutOver,
): Promise<Ended> {
  // A slot may come only after weeks, for example when the batch is paused.
  const whileWaiting = () => keepOldJobValid(input, job);
  const askForSlot: AskForSlot = (asking) => slots.ask(job.jobId, { ...asking, whileWaiting });

  await keepOldJobValid(input, job);
  // An adopted job may run already.
  let how: Launch | undefined = isStartable(job) ? 'start' : undefined;
  for (;;) {
    const jobRun = await nextJobRun(input, job, how, slots, askForSlot);
    const ended = jobRun.end === 'Waiting' ? await untilCutOver(input, job, cutOver) : jobRun;
    if (ended === 'cutOver') {
      await askForSlot({ isCutOver: true });
      beginCutOver(job);
      how = 'cutOver';
      continue;
    }
    if (ended.startsAgainInSeconds === undefined) return ended;
    // After a refusal the same call is made again.
    const again: Launch | undefined = ended.end === 'NotStarted' ? how : 'start';
    const lost = await recover(input, job, ended);
    if (lost) return lost;
    await askForSlot({ isCutOver: again === 'cutOver' });
    beginAttempt(input, job, ended);
    how = again === 'cutOver' || isStartable(job) ? again : undefined;
  }
}

/** One job run, from the call that starts it to its end. Without `how` the job runs already, and only its end is waited for. */
async function nextJobRun(
  input: ServerMigrationInput,
  job: Job,
  how: Launch | undefined,
  slots: SlotsFromBatch,
  askForSlot: AskForSlot,
): Promise<Ended> {
  const refused = how && (await launch(input, job, how, slots, askForSlot));
  if (refused) return refused;
  await slots.used();
  return awaitEnd(input, job);
}

function beginCutOver(job: Job): void {
  job.start++;
  job.attempt = job.cutOvers + 1;
  noteStanding({ phase: 'migrating', jobId: job.jobId, starts: job.start });
  showPhase('running', `Job **${job.jobId}**: last sync and final image`);
}

function beginAttempt({ policy }: ServerMigrationInput, job: Job, { costsNoAttempt }: Ended): void {
  if (!costsNoAttempt) {
    job.start++;
    job.attempt++;
  }
  noteStanding({ phase: 'migrating', jobId: job.jobId, starts: job.start });
  showPhase('running', `Job **${job.jobId}**, attempt ${job.attempt} of ${policy.attempts}`);
}

/**
 * Waits for the delay before the next start, and until the source can be replicated. Gives the end of the server's migration when
 * the source stays offline.
 */
async function recover(input: ServerMigrationInput, job: Job, ended: Ended): Promise<Ended | undefined> {
  const { batch, server, round, sourceId } = input;
  const { jobId } = job;
  const seconds = ended.startsAgainInSeconds ?? 0;
  // The batch counts the same way: a refused start is none.
  const starts = job.start - Number(ended.costsNoAttempt ?? false);
  noteStanding({ phase: 'recovering', jobId, error: ended.error, starts });
  showPhase(
    'recovering',
    `Job **${jobId}** is started again in ${seconds} s: ${ended.error?.message ?? ended.end}`,
  );
  await sleep(seconds * 1000, { summary: 'before the next start' });
  try {
    await sourceWaits(job, `source ${sourceId}`).awaitSourceServer({
      batch,
      server,
      round,
      sourceId,
      jobId,
    });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return awayTooLong(sourceId);
  }
  await keepOldJobValid(input, job);
  return undefined;
}

const awayTooLong = (sourceId: string): Ended => ({
  end: 'Unknown',
  error: {
    code: 'SourceServer.Offline',
    message: `source server ${sourceId} has not been ready for 7 days`,
    remedy: 'Start the SMC client on the source server and check its network, then retry the server.',
  },
});
