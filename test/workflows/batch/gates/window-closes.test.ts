import { decide } from '../../../../workflows/batch/decide';
import { receivedReport } from '../../../../workflows/batch/lease';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../../workflows/batch/state';
import { aBatch, aPlan, withLease } from '../a-batch';

const hour = 3_600_000;
const waves = [{ name: 'all', window: { from: '00:00', to: '01:00', timezone: 'UTC' } }];
const queued = (more: object = {}): ServerRecord => ({
  ...{ phase: 'queued', round: 1, slotRequest: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1', queuedAt: 0 },
  ...more,
});
/** What the batch wants, while other batches wait for slots, too. */
function demandOf(batch: Batch, now: number): number | undefined {
  batch.state.holding.lease.contended = true;
  const { report } = decide(batch, now);
  batch.state.holding = receivedReport(batch.state.holding, {});
  return report?.demand.running;
}

test.each<[string, Record<string, ServerRecord>]>([
  ['servers that wait', {}],
  ['a job that is to be started again', { a: queued(), b: queued() }],
])('when the window closes the slots for %s are for other batches, at once', (_, records) => {
  const batch = withLease(aBatch(aPlan(['a', 'b'], { waves }), records), 2, 0);
  expect(demandOf(batch, hour - 10_000)).toBe(2);
  expect(decide(batch, hour - 9_000).wakeAt).toBe(hour);
  expect(demandOf(batch, hour)).toBe(0);
});

test('a cut-over has a time of its own, and waits for no window', () => {
  const batch = withLease(aBatch(aPlan(['a'], { waves }), { a: queued({ isCutOver: true }) }), 2, 0);
  expect(demandOf(batch, hour - 10_000)).toBe(1);
  expect(demandOf(batch, hour)).toBeUndefined();
});
