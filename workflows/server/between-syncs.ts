import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { smcFailureOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { restartAfter, restartDelaySeconds } from '../contract/start-again';
import { syncWaits } from './activities';
import { type Ended, type Job, noteEnd } from './job';
import { showPhase } from './shown-phase';
import { noteStanding } from './standing';
import { keepValid } from './valid-time';

/** Whether the operator has asked for the final image of an incremental job. */
export interface CutOver {
  requested: boolean;
}

/**
 * Waits, while SMC syncs an incremental job again and again, until it is to be cut over: at the plan's time, or when the
 * operator says so. Gives the job's end instead when it ends before that.
 */
export async function untilCutOver(
  input: ServerMigrationInput,
  job: Job,
  cutOver: CutOver,
): Promise<Ended | 'cutOver'> {
  // Its run has succeeded: errors are counted anew.
  job.attempt = 1;
  job.refusedStarts = 0;
  const at = input.cutoverAt ? ` at ${input.cutoverAt}` : ' when it is told to';
  noteStanding({ phase: 'synced', jobId: job.jobId });
  showPhase('synced', `Job **${job.jobId}** is synced every ${input.job.frequency} h, and cut over${at}`);
  await keepValid(input, job);
  const watch = watchSyncs(input, job);
  const hasEnded = () => watch.ended() !== undefined;
  try {
    // A cut-over that broke is not begun again at once.
    if (job.cutOvers > 0) await condition(hasEnded, restartDelaySeconds(input.policy, job.cutOvers) * 1000);
    const inMs = input.cutoverAt ? Date.parse(input.cutoverAt) - Date.now() : undefined;
    const isDue = () => cutOver.requested || hasEnded();
    if (inMs === undefined) await condition(isDue);
    else if (inMs > 0) await condition(isDue, inMs, { summary: 'until cutoverAt' });
  } finally {
    watch.stop();
  }
  await watch.stopped;
  const ended = watch.ended();
  noteEnd(job, ended ?? { end: 'Waiting', startTime: job.startTime });
  return ended ?? 'cutOver';
}

/** Has the job looked at now and then until it is told to stop, or the job ends. */
function watchSyncs(input: ServerMigrationInput, job: Job) {
  const { batch, server, round, sourceId, policy } = input;
  const scope = new CancellationScope();
  let ended: Ended | undefined;
  const watching = scope.run(() =>
    syncWaits(job.jobId).watchWaitingJob({
      batch,
      server,
      round,
      jobId: job.jobId,
      sourceId,
      start: job.start,
      frequency: input.job.frequency ?? 24,
      restart: restartAfter(policy, job.attempt),
    }),
  );
  const stopped = watching.then(
    (seen) => {
      ended = seen;
    },
    (error: unknown) => {
      if (!isCancellation(error)) ended = { end: 'Unknown', error: smcFailureOf(error) };
    },
  );
  return { ended: () => ended, stop: () => scope.cancel(), stopped };
}
