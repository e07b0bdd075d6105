import type { Measure } from '../../contract/figures/measures';
import { isEnded, type ServerRecord } from '../servers/server-record';

/** What a change of a server's record adds to the counters: its end, a break of its job, and how long it took until then. */
export function measuresOf(before: ServerRecord, after: ServerRecord): Measure[] {
  const measures: Measure[] = [];
  const broke = codeOfBreak(before, after);
  if (broke !== undefined) measures.push({ kind: 'break', code: broke });
  const { startedAt, stoppedRunningAt, idleMs = 0, endedAt } = after;
  if (before.phase === 'migrating' && after.phase === 'finishing' && startedAt && stoppedRunningAt)
    measures.push(stage('migration', stoppedRunningAt - startedAt - idleMs));
  if (isEnded(before.phase) || !isEnded(after.phase)) return measures;
  // An earlier run of the batch has counted it.
  if (after.phase === 'migrated' && after.earlier) return measures;
  measures.push({ kind: 'end', outcome: after.phase });
  if (endedAt && stoppedRunningAt) measures.push(stage('cleanUp', endedAt - stoppedRunningAt));
  if (endedAt && startedAt) measures.push(stage('whole', endedAt - startedAt));
  return measures;
}

const stage = (name: Extract<Measure, { kind: 'stage' }>['stage'], ms: number): Measure => ({
  kind: 'stage',
  stage: name,
  seconds: Math.max(0, ms) / 1000,
});

/** A job breaks when it stops running, or synced, with an error. */
function codeOfBreak(before: ServerRecord, after: ServerRecord): string | undefined {
  const ran = before.phase === 'migrating' || before.phase === 'synced';
  return ran && (after.phase === 'recovering' || after.phase === 'finishing') ? after.error?.code : undefined;
}
