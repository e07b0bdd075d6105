import { ServerIndex } from '../../../workflows/batch/servers/server-index';
import type { Batch } from '../../../workflows/batch/state';
import { must } from './violation';

/** What an index was made of when it was last judged: as long as that stands, so does the judgement. */
const judged = new WeakMap<ServerIndex, unknown[]>();

/** The running index says what one made anew from the state says. */
export function judgeIndex({ state, index }: Batch): void {
  const made = [state.plan, state.strays.jobs, ...Object.values(state.servers)];
  const before = judged.get(index);
  if (before?.length === made.length && made.every((one, i) => one === before[i])) return;
  judged.set(index, made);
  // On a copy: the constructor writes to the records.
  const anew = new ServerIndex({ ...state, servers: { ...state.servers } });
  const [is, should] = [sumsOf(index), sumsOf(anew)];
  must(is === should, 'index equals its rebuild', () => `${is}\n  should be\n${should}`);
  let last = 0;
  for (const name of index.queued) {
    const record = index.record(name);
    const queuedAt = record.phase === 'queued' ? record.queuedAt : 0;
    must(queuedAt >= last, 'index equals its rebuild', () => `${name} stands before an older one`);
    last = queuedAt;
  }
}

function sumsOf(index: ServerIndex): string {
  const sorted = (names: Iterable<string>) => [...names].sort();
  return JSON.stringify([
    [index.inUse, index.counts, index.strays, index.leftovers, index.syncs, index.queuedCutOvers],
    index.waitingWithJob,
    index.waves,
    [...index.failedByCode].sort(),
    [...index.groupsHeld].sort(),
    [...index.syncsDue].sort(),
    sorted(index.queued),
    sorted(index.withWorkflow),
    sorted(index.runningWithoutWorkflow),
    sorted(index.lookedUpFirst),
  ]);
}
