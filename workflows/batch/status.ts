import type { BatchOutcome, BatchStatus } from '../contract/views';
import { restartGatesOf } from './deal-slots';
import { type ClosedGate, serverGate, stopReason, waveGate } from './gates/gates';
import { type Batch, isLookedUpFirst } from './state';

/** Where the batch is, for whoever asks. */
export function statusOf(batch: Batch, now: number): BatchStatus {
  const { state } = batch;
  if (state.stage === 'surveying' || state.stage === 'ended') return state.stage;
  if (state.cancelRequested) return 'cancelling';
  if (stoppedBy(batch)) return 'stopped';
  if (state.gates.paused.batch) return 'paused';
  return awaited(batch, now) ?? 'running';
}

/** The gate of a batch that too many failures have stopped before all has started. */
export function stoppedBy({ state, index }: Batch): ClosedGate | undefined {
  const hasWork = index.counts.waiting > 0 || index.hasRestarts;
  return hasWork && !state.cancelRequested ? stopReason(state.plan, index, state.gates) : undefined;
}

/** How the batch has ended; undefined while it goes on. */
export function outcomeOf({ state, index }: Batch): BatchOutcome | undefined {
  if (state.stage !== 'ended') return undefined;
  if (state.cancelRequested) return 'cancelled';
  return index.counts.failed > 0 ? 'failed' : 'done';
}

/** Of several orders that are waited for the first one is said. */
const awaitedOrders = ['waiting for approval', 'paused', 'waiting for cut-over'] as const;
type Awaited = (typeof awaitedOrders)[number];

/** The order that a person has to give before anything more happens; undefined while something moves by itself, or will. */
function awaited(batch: Batch, now: number): Awaited | undefined {
  const { state, index, demand } = batch;
  const { migrating, recovering, finishing, synced } = index.counts;
  const isAtWork =
    migrating + recovering + finishing + index.runningWithoutWorkflow.size + index.lookedUpFirst.size;
  if (isAtWork > 0 || state.planChange || Object.keys(state.wishes).length > 0) return undefined;
  if (demand.startable + demand.startableAgain > 0) return undefined;
  const kinds = new Set<Awaited | 'nothing'>();
  for (const kind of awaitedOfQueued(batch, now)) kinds.add(kind);
  for (const kind of awaitedOfWaves(batch, now)) kinds.add(kind);
  if (synced > 0) kinds.add(isCutOverPlanned(batch) ? 'nothing' : 'waiting for cut-over');
  return kinds.has('nothing') ? undefined : awaitedOrders.find((kind) => kinds.has(kind));
}

/** `nothing`: it moves by itself, now or at a time that is known. What waits for another server is not said: that one is. */
function* awaitedOfQueued(batch: Batch, now: number): Iterable<Awaited | 'nothing'> {
  const gateOf = restartGatesOf(batch, now);
  for (const name of batch.index.queued) yield gateOf(name)?.kind === 'paused' ? 'paused' : 'nothing';
}

function* awaitedOfWaves(batch: Batch, now: number): Iterable<Awaited | 'nothing'> {
  const { state, index } = batch;
  for (const [i, { waiting }] of index.waves.entries()) {
    if (waiting === 0) continue;
    const gate = waveGate(state.plan, index, state.gates, i, now);
    if (gate?.kind === 'approval') yield 'waiting for approval';
    else if (gate?.kind === 'paused') yield 'paused';
    // A window opens by itself, but not for servers that are paused.
    else if (gate?.kind !== 'order') yield* awaitedOfServers(batch, index.waitingIn(i), now);
  }
}

function* awaitedOfServers(
  batch: Batch,
  names: readonly string[],
  now: number,
): Iterable<Awaited | 'nothing'> {
  const { state, index } = batch;
  for (const name of names) {
    const gate = isLookedUpFirst(batch, name) ? undefined : serverGate(index, state.gates, name, now);
    if (gate?.kind === 'paused') yield 'paused';
    else if (gate?.waitsFor) continue;
    else yield 'nothing';
  }
}

/** Some server between two syncs is cut over by itself. */
function isCutOverPlanned({ index }: Batch): boolean {
  for (const name of index.withWorkflow)
    if (index.phaseOf(name) === 'synced' && index.planOf(name).cutoverAt !== undefined) return true;
  return false;
}
