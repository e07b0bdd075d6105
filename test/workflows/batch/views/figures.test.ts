import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../../workflows/batch/state';
import { batchFigures } from '../../../../workflows/batch/views/figures';
import { batchProgress } from '../../../../workflows/batch/views/progress';
import { waitingReasons } from '../../../../workflows/batch/views/waiting-reason';
import { aBatch, aPlan, aServer, withLease } from '../a-batch';

const hour = 3_600_000;

/** The account's quota has answered a report of the batch. */
function answered(batch: Batch): Batch {
  batch.state.holding = { ...batch.state.holding, lastReport: {} as never };
  return batch;
}

const migrating: ServerRecord = { phase: 'migrating', round: 1, startedAt: 1, jobId: 'j-1', runId: 'r' };
const kept: ServerRecord = {
  phase: 'failed',
  round: 1,
  startedAt: 1,
  stoppedRunningAt: hour,
  endedAt: hour,
  starts: 1,
  error: { code: 'InternalError', message: 'broken', remedy: 'retry' },
  leftover: { jobId: 'j-2', why: 'keptByPolicy' },
};

test('the figures of a batch have its servers by wave and phase, and the reasons of those that wait', () => {
  const plan = aPlan(
    [
      aServer('db'),
      aServer('old'),
      aServer('app', { dependsOn: ['db'] }),
      aServer('web'),
      aServer('far', { wave: 'late' }),
    ],
    { waves: [{ name: 'all' }, { name: 'late', after: 'approval', overlap: true }] },
  );
  const batch = answered(withLease(aBatch(plan, { db: migrating, old: kept }), 2, 1));
  const figures = batchFigures(batch, 3 * hour);
  expect(figures.waves.map(({ name, phases }) => [name, phases])).toEqual([
    ['all', { migrating: 1, failed: 1, waiting: 2 }],
    ['late', { waiting: 1 }],
  ]);
  expect(figures.waiting).toEqual({ dependency: 1, runningSlots: 1, order: 1 });
  expect(figures.slots).toEqual({
    leased: { existing: 2, running: 1 },
    inUse: { existing: 2, running: 1 },
  });
  expect(figures).toMatchObject({ batch: 'dc1', account: 'a', status: 'running', leftovers: 1 });
  expect(figures.leftoverSeconds).toBeCloseTo(3 * 3600, 0);
});

test('a wave whose servers will run beyond its window says both times, also once the window has closed', () => {
  const window = { from: '00:00', to: '02:00', timezone: 'UTC' };
  const plan = aPlan(['db'], { waves: [{ name: 'all', window }] });
  const large = { ...migrating, diskGiB: 2_000 } as ServerRecord;
  const [open] = batchFigures(withLease(aBatch(plan, { db: large }), 5), hour).waves;
  expect(open!.windowClosesAt).toBe(2 * hour);
  expect(open!.estimatedEnd).toBeGreaterThan(2 * hour);
  const [closed] = batchFigures(withLease(aBatch(plan, { db: large }), 5), 5 * hour).waves;
  expect(closed!.windowClosesAt).toBe(2 * hour);
  const [waits] = batchFigures(withLease(aBatch(plan), 5), hour).waves;
  expect(waits!.windowClosesAt).toBeUndefined();
});

test('each reason why a server waits has a code of its own', () => {
  const plan = aPlan(['web'], { waves: [{ name: 'all', after: 'approval' }] });
  const kindOf = (batch: Batch) => waitingReasons(batch, 0)('web').kind;
  const open = aPlan(['web']);
  expect(kindOf(aBatch(open, {}, { stage: 'surveying' }))).toBe('survey');
  expect(kindOf(aBatch(plan))).toBe('approval');
  expect(kindOf(aBatch(open))).toBe('quotaSilent');
  const paused = aBatch(open);
  paused.state.gates.paused.batch = true;
  expect(kindOf(paused)).toBe('paused');
  const refused = aBatch(open);
  refused.state.account.error = { code: 'Forbidden.RAM', message: 'no', remedy: 'grant' };
  expect(kindOf(refused)).toBe('account');
  const used = answered(withLease(aBatch(open), 0));
  expect(kindOf(used)).toBe('quotaUsedUp');
});

test('the progress of a batch has the codes beside its sentences', () => {
  const plan = aPlan(['web'], { waves: [{ name: 'all', after: 'approval' }] });
  const progress = batchProgress(aBatch(plan), 0);
  expect(progress).toMatchObject({
    waiting: expect.stringContaining('waits for approval'),
    waitingCode: 'approval',
    waves: [{ closed: expect.stringContaining('waits for approval'), closedCode: 'approval' }],
  });
});
