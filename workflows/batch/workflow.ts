import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  makeContinueAsNewFunc,
  proxySinks,
  setCurrentDetails,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Plan } from '../../src/plan';
import { alarm } from '../alarm';
import { type BatchResult, batchFailure } from '../contract/ends/batch-end';
import type { MeterSinks } from '../contract/figures/measures';
import { smcPhase } from '../contract/search-attributes';
import { batchCalls } from './activities';
import { type CarriedBatch, carriedBatch, unpackedBatch } from './carry/carried-batch';
import { type BatchRun, carryOut, hear, lookForStrays } from './carry-out';
import { type Decision, decide } from './decide';
import { historyLimit } from './history-limit';
import { leaveNews } from './leave-news';
import { listen } from './listen';
import { betweenLooksMs, strayLook } from './looks/strays';
import type { ServerRecord } from './servers/server-record';
import { awaitsAnswer, batchOf, newBatchState, note, resumed } from './state';
import { announceAccount, announceEnd } from './telling/announce';
import { measuresOf } from './telling/measures';
import { batchProgress } from './views/progress';
import { batchDetails } from './views/temporal-ui';

/** The input of a batch: its plan at the start, its state over Continue-As-New. */
export type BatchInput = { plan: Plan } | { carried: CarriedBatch };

const { meter } = proxySinks<MeterSinks>();

/**
 * Migrates every server of the plan, wave after wave, in a window as wide as the account's lease and the policy
 * allow. Each server is a workflow of its own that outlives this run and reports by signal. What is decided, and what is not
 * confirmed yet, is in the state: a new run takes over in mid-flight. It ends when every server has ended: Failed where one of
 * them has failed, Cancelled where it was cancelled.
 */
export async function batch(input: BatchInput): Promise<BatchResult> {
  const run = newRun(input);
  listen(run);
  await CancellationScope.nonCancellable(async () => {
    await goOn(run, ({ isOver }) => isOver && allHandlersFinished());
    await end(run);
  });
  return resultOf(run);
}

/** The loop: decide, carry out, wait until something has happened or is due. */
async function goOn(run: BatchRun, isDone: (decision: Decision) => boolean): Promise<void> {
  for (;;) {
    run.mustDecide = false;
    run.hasOrder = false;
    const decision = decide(run.batch, Date.now());
    carryOut(run, decision);
    run.decidedAt = workflowInfo().historyLength;
    if (isDone(decision)) return;
    await condition(() => run.mustDecide || isDone(decision));
    if (run.failure) throw run.failure;
    if (await mayBeReplaced(run)) await beginNewRun({ carried: carriedBatch(run.batch.state) });
  }
}

/** The new run is one of the version that is current now. */
const beginNewRun = makeContinueAsNewFunc<typeof batch>({ initialVersioningBehavior: 'AUTO_UPGRADE' });

/**
 * Whether a new run takes over now: at the beginning of a task. All that waits for an answer
 * is in the state, except an open order, the survey and the end of the batch: these are waited for. Temporal does not end a run with
 * events that it has not handled, and holds back what comes until the run has read its whole history again: so nothing is done
 * before it in that task.
 */
async function mayBeReplaced(run: BatchRun): Promise<boolean> {
  const { historyLength, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  const isWanted =
    historyLength > historyLimit.quiet || targetWorkerDeploymentVersionChanged || continueAsNewSuggested;
  if (!isWanted || historyLength === run.decidedAt) return false;
  await signalsHandled();
  const { state } = run.batch;
  if (state.stage !== 'running' || run.hasOrder || !allHandlersFinished()) return false;
  return !awaitsAnswer(state) || historyLength > historyLimit.any || continueAsNewSuggested;
}

/**
 * The signals of a task have changed the state before the loop goes on, but the SDK counts each as unfinished for a few turns more:
 * a busy batch, of which each task has signals, would never be replaced. An order that is open for longer stays unfinished.
 */
async function signalsHandled(): Promise<void> {
  for (let turns = 0; turns < mostTurns && !allHandlersFinished(); turns++) await Promise.resolve();
}

const mostTurns = 100;

function newRun(input: BatchInput): BatchRun {
  const { firstExecutionRunId: firstRunId, taskQueue } = workflowInfo();
  const now = Date.now();
  const state =
    'carried' in input
      ? resumed(unpackedBatch(input.carried), now)
      : newBatchState(input.plan, { firstRunId, taskQueue, now });
  const run: BatchRun = {
    batch: batchOf(state, measured),
    mustDecide: true,
    hasOrder: false,
    survey: new CancellationScope(),
    decidedAt: 0,
    // A run that takes over has more urgent things to do first.
    detailsAt: 'carried' in input ? now : 0,
    wake: alarm(() => {
      run.mustDecide = true;
    }),
  };
  CancellationScope.current().cancelRequested.catch(() =>
    hear(run, ({ state }, now) => {
      if (!state.cancelRequested) note(state, 'Temporal', 'cancellation of the workflow was requested', now);
      state.cancelRequested = true;
    }),
  );
  return run;
}

/** Into the meter of this worker. A replay has been measured before, and perhaps by another worker. */
function measured(before: ServerRecord, after: ServerRecord): void {
  if (workflowInfo().unsafe.isReplaying) return;
  for (const measure of measuresOf(before, after)) meter.measured(measure);
}

/** Ends the batch when all servers have ended: counts and announces the jobs that stay, and gives the lease back. */
async function end(run: BatchRun): Promise<void> {
  const { batch } = run;
  const { state, index } = batch;
  state.stage = 'ending';
  await meanwhile(run, takeLastStrays(run));
  announceAccount(batch, Date.now(), true);
  announceEnd(batch, Date.now());
  // A report on its way must arrive before the return: after it, it would claim the lease again.
  await meanwhile(
    run,
    condition(() => !state.holding.reportOnItsWay, '1m'),
  );
  state.stage = 'leaving';
  const left = { existing: index.leftovers + index.strays.existing, running: index.strays.running };
  const { account, name } = state.plan;
  await meanwhile(run, batchCalls(account.id).returnLease({ account: account.id, batch: name, left }));
  await leaveNews(run);
  state.stage = 'ended';
  upsertSearchAttributes([{ key: smcPhase, value: state.cancelRequested ? 'cancelled' : 'ended' }]);
  upsertMemo({ counts: presentCounts(index.counts) });
  setCurrentDetails(batchDetails(batchProgress(batch, Date.now())));
}

/** Runs the loop until the work is done: the quota still gets its reports, and the operators their messages. */
async function meanwhile(run: BatchRun, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  await goOn(run, () => isDone);
  await done;
}

/** Reads the strays and leftovers once more before the end: somebody may have deleted them. */
async function takeLastStrays(run: BatchRun): Promise<void> {
  const { state, index } = run.batch;
  if (index.strays.existing + index.leftovers === 0) return;
  await lookForStrays(run, strayLook(run.batch));
  if (state.strays.missing.length === 0) return;
  // A job that is missing once may be missing from a late read.
  await sleep(betweenLooksMs(run.batch), { summary: 'until strays are searched again' });
  await lookForStrays(run, strayLook(run.batch));
}

/** Throws where the batch was cancelled, or servers have failed. */
function resultOf({ batch }: BatchRun): BatchResult {
  const { plan, cancelRequested } = batch.state;
  if (cancelRequested) throw new CancelledFailure(`batch ${plan.name} was cancelled`);
  const { counts, total, waves, startedAt } = batchProgress(batch, Date.now());
  const endedAt = new Date(Date.now()).toISOString();
  const result = { batch: plan.name, counts, total, waves, startedAt, endedAt };
  if (counts.failed > 0) throw batchFailure(result);
  return result;
}

const presentCounts = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
