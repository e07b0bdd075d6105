import type { Plan } from '../../../src/plan';
import type { PlanOfAction } from '../../contract/plan-of-action';
import { decide } from '../decide';
import { hasWorkflow, type ServerRecord } from '../servers/server-record';
import { type Batch, batchOf, newBatchState } from '../state';
import { type Findings, takeFindings, takeSurveyEnd } from './findings';

/** The others are counted: an answer of ten thousand is read by nobody. */
const mostNamed = 20;

/** What a batch of this plan would do, by its own decisions: it takes the findings in, and never starts. */
export function planOfAction(plan: Plan, findings: Findings, now: number): PlanOfAction {
  const batch = batchOf(newBatchState(plan, { firstRunId: '', taskQueue: '', now }));
  takeFindings(batch, plan, findings, now);
  blockTroubled(batch, findings, now);
  takeSurveyEnd(batch, now);
  // Those that depend on a server which is blocked have no hope: that is decided first of all.
  decide(batch, now);
  const records = plan.servers.map(({ name }) => ({ name, record: batch.index.record(name) }));
  const count = (fits: (record: ServerRecord) => boolean) =>
    records.filter(({ record }) => fits(record)).length;
  const blocked = records.flatMap(({ name, record }) =>
    record.phase === 'failed' ? [{ server: name, ...record.error }] : [],
  );
  return {
    migrate: count((record) => record.phase === 'waiting' && record.jobId === undefined),
    adopt: count(
      (record) => hasWorkflow(record) || (record.phase === 'waiting' && record.jobId !== undefined),
    ),
    done: count(({ phase }) => phase === 'migrated' || phase === 'skipped'),
    blocked: blocked.length,
    blockedServers: blocked
      .slice(0, mostNamed)
      .map(({ server, code, message, remedy }) => ({ server, code, message, remedy })),
  };
}

/** A job for such a source would be refused: its server waits for that to change, and fails where it does not. */
function blockTroubled({ index }: Batch, { surveyed }: Findings, now: number): void {
  for (const { name, trouble } of surveyed) {
    const record = index.record(name);
    if (!trouble || record.phase !== 'waiting' || record.jobId !== undefined) continue;
    const { round, sourceId } = record;
    index.set(name, { round, sourceId, phase: 'failed', error: trouble, endedAt: now });
  }
}
