import { byName } from '../../../src/text';
import type { Decision } from '../../../workflows/batch/decide';
import { migrationInput } from '../../../workflows/batch/server-workflow';
import { ServerIndex } from '../../../workflows/batch/servers/server-index';
import type { Batch } from '../../../workflows/batch/state';
import { carried } from '../clock/carried';
import type { BatchHost } from './batch-host';

/** So many servers at most are started within a workflow task, as in `workflows/batch/carry-out.ts`. */
const mostAtOnce = 10;

/**
 * The worker dies within a workflow task: the servers that the task has started by a local activity run, and Temporal knows of nothing else
 * in it. `rollBack` makes the batch what it was before.
 */
export function workerDies(host: BatchHost, { wishes }: Decision, rollBack: () => void): boolean {
  const { around, workflows } = host.near;
  const starts = wishes.filter(({ kind }) => kind === 'start');
  if (starts.length === 0 || starts.length > mostAtOnce) return false;
  around.count('worker dies after its starts');
  const inputs = starts.map(({ server }) => carried(migrationInput(host.batch, server)));
  rollBack();
  for (const input of inputs) if (around.random.chance(0.9)) workflows.start(input);
  // Until Temporal gives the task to another worker, which makes it again.
  host.isWithoutWorker = true;
  const ms = around.random.whole(500, around.random.chance(0.8) ? 15_000 : 120_000);
  around.clock.after(ms, 'next worker', () => {
    if (!host.isOpen) return;
    host.isWithoutWorker = false;
    host.watch.decides(host);
    host.hearKept();
  });
  return true;
}

/**
 * Whether the next worker decides the same, a while later: no window closes and no sync is due meanwhile. A server that it would not start
 * again goes on unknown to its batch until it is started: docs/stories.md says so.
 */
export const isDecidedAgain = ({ batch: { state, index }, handlers }: BatchHost) =>
  handlers === 0 &&
  index.counts.waiting > 0 &&
  index.counts.synced === 0 &&
  state.plan.policy.lockoutDates.length === 0 &&
  state.plan.waves.every(({ window }) => window === undefined);

/** What makes a batch what it is now. Its records are replaced, and never changed; answers that are under way know it by its object. */
export function snapshot(batch: Batch): () => void {
  const { state, demand } = batch;
  const { plan, planChange, servers } = state;
  const others = carried({ ...state, plan: undefined, planChange: undefined, servers: undefined });
  const records = { ...servers };
  return () => {
    for (const key of Object.keys(state)) delete (state as unknown as Record<string, unknown>)[key];
    Object.assign(state, others, {
      plan,
      planChange,
      servers: byName(records),
      wishes: byName(others.wishes),
    });
    batch.index = new ServerIndex(state);
    batch.demand = demand;
  };
}
