import { smcBatchCommand } from '../../../src/text';
import { restartGatesOf } from '../deal-slots';
import { type ClosedGate, waveGate } from '../gates/gates';
import type { Batch } from '../state';
import { outcomeOf, statusOf } from '../status';

// What to type next, for every view that says why something stands still: of one server, and of the whole batch.

/** What to type so that a server goes on which a person holds back, or can try again; undefined where nothing is to do. */
export function nextForServer(batch: Batch, name: string, now: number): string | undefined {
  const { state, index } = batch;
  const { plan, gates } = state;
  switch (index.phaseOf(name)) {
    case 'waiting':
      return state.stage === 'surveying'
        ? undefined
        : openingOrder(batch, name, waveGate(plan, index, gates, index.waveIndexOf(name), now));
    case 'queued':
      return openingOrder(batch, name, restartGatesOf(batch, now)(name));
    case 'synced':
      return smcBatchCommand('cutover', [plan.name, name]);
    case 'failed':
    case 'cancelled':
      return againOf(batch, [name]);
    default:
      return undefined;
  }
}

/** What to type so that a batch goes on which waits for a person, or tries again what has failed: any one of these. */
export function nextForBatch(batch: Batch, now: number): string[] | undefined {
  const { state, index } = batch;
  const orders = awaitedOrders(batch, now);
  // A batch that has stopped, or has ended, names this already.
  const again = againOf(batch);
  if (index.counts.failed === 0 || state.cancelRequested || orders.includes(again))
    return orders.length > 0 ? orders : undefined;
  return [...orders, again];
}

function awaitedOrders(batch: Batch, now: number): string[] {
  const { state, index } = batch;
  const { plan, gates } = state;
  const { name, waves } = plan;
  switch (statusOf(batch, now)) {
    case 'waiting for approval':
      return waves.flatMap((wave, i) =>
        index.waves[i]!.waiting > 0 && waveGate(plan, index, gates, i, now)?.kind === 'approval'
          ? smcBatchCommand('approve', [name, wave.name])
          : [],
      );
    case 'paused':
      return resumingOrders(batch);
    case 'stopped':
      return [smcBatchCommand('retry', [name]), smcBatchCommand('resume', [name])];
    case 'waiting for cut-over':
      return [smcBatchCommand('cutover', [name])];
    case 'ended':
      return outcomeOf(batch) === 'done' && index.counts.cancelled === 0 ? [] : [againOf(batch)];
    default:
      return [];
  }
}

/** A batch that has ended takes no orders. */
const againOf = ({ state: { stage, plan } }: Batch, servers: string[] = []) =>
  stage === 'ended' ? smcBatchCommand('apply', ['PLAN']) : smcBatchCommand('retry', [plan.name, ...servers]);

/** What opens the gate that a person has closed, or has to open. */
function openingOrder(
  { state, index }: Batch,
  server: string,
  gate: ClosedGate | undefined,
): string | undefined {
  const { name } = state.plan;
  const { wave } = index.planOf(server);
  const { paused } = state.gates;
  if (gate?.kind === 'stopped') return smcBatchCommand('retry', [name]);
  if (gate?.kind === 'approval') return smcBatchCommand('approve', [name, wave]);
  if (paused.batch) return smcBatchCommand('resume', [name]);
  if (paused.waves.includes(wave)) return smcBatchCommand('resume', [name], { wave });
  if (paused.servers.includes(server)) return smcBatchCommand('resume', [name, server]);
  return undefined;
}

/** So many paused servers are named; to resume without names lifts every pause. */
const mostNamed = 5;

function resumingOrders({ state: { plan, gates } }: Batch): string[] {
  const { batch, waves, servers } = gates.paused;
  if (batch || servers.length > mostNamed) return [smcBatchCommand('resume', [plan.name])];
  return [
    ...waves.map((wave) => smcBatchCommand('resume', [plan.name], { wave })),
    ...(servers.length > 0 ? [smcBatchCommand('resume', [plan.name, ...servers])] : []),
  ];
}
