import { ServerIndex } from '../../../workflows/batch/servers/server-index';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../workflows/batch/state';
import { must } from './violation';

/** What an index was made of when it was last judged: as long as that stands, so does the judgement. */
const judged = new WeakMap<ServerIndex, unknown[]>();

/**
 * The running index says what one made anew from the state says. Gives the servers whose records are others than when they were last
 * judged; undefined where nothing is: records are replaced, and never changed.
 */
export function judgeIndex({ state, index }: Batch): [string, ServerRecord][] | undefined {
  const { servers } = state;
  const made: unknown[] = [state.plan, state.strays.jobs];
  const before = judged.get(index);
  const changed: [string, ServerRecord][] = [];
  for (const name in servers) {
    const record = servers[name]!;
    if (before?.[made.length] !== record) changed.push([name, record]);
    made.push(record);
  }
  const isAsBefore = before?.length === made.length && before[0] === made[0] && before[1] === made[1];
  if (isAsBefore && changed.length === 0) return undefined;
  judged.set(index, made);
  // On a copy: the constructor writes to the records.
  const anew = new ServerIndex({ ...state, servers: { ...servers } });
  const [is, should] = [sumsOf(index), sumsOf(anew)];
  must(is === should, 'index equals its rebuild', () => `${is}\n  should be\n${should}`);
  let last = 0;
  for (const name of index.queued) {
    const record = index.record(name);
    const queuedAt = record.phase === 'queued' ? record.queuedAt : 0;
    must(queuedAt >= last, 'index equals its rebuild', () => `${name} stands before an older one`);
    last = queuedAt;
  }
  return changed;
}

function sumsOf(index: ServerIndex): string {
  return JSON.stringify([
    [index.inUse, index.counts, index.strays, index.leftovers, index.syncs, index.queuedCutOvers],
    index.waitingWithJob,
    index.waves,
    sorted(index.failedByCode),
    sorted(index.groupsHeld),
    sorted(index.syncsDue),
    sorted(index.queued),
    sorted(index.withWorkflow),
    sorted(index.runningWithoutWorkflow),
    sorted(index.lookedUpFirst),
  ]);
}

const nothing: unknown[] = [];
const sorted = (items: Iterable<unknown> & { size: number }) =>
  items.size > 0 ? [...items].sort() : nothing;
