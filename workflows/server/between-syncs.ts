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
 * Waits, while SMC syncs an incremental job again and again, for its cut-over: at the plan's time, or when an operator orders
 * it. Gives the job's end instead when the job ends before.
 */
export async function untilCutOver(
  input: ServerMigrationInput,
  job: Job,
  cutOver: CutOver,
): Promise<Ended | 'cutOver'> {
  // The job run has succeeded: attempts are counted from 1 again.
  job.attempt = 1;
  job.refusedStarts = 0;
  const at = input.cutoverAt ? ` at ${input.cutoverAt}` : ' when an operator orders it';
  noteStanding({ phase: 'synced', jobId: job.jobId });
  showPhase('synced', `Job **${job.jobId}** is synced every ${input.job.frequency} h, and cut over${at}`);
  await keepValid(input, job);
  const watch = watchSyncs(input, job);
  const hasEnded = () => watch.ended() !== undefined;
  try {
    // After a cut-over that broke, the next one waits.
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

/** Watches the job between its syncs, until `stop` is called or the job ends. */
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
