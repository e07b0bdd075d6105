import type { LeaseReport } from '../../../workflows/contract/quota-messages';
import { type Decision, deal } from '../../../workflows/quota/deal';
import {
  countOrder,
  hearCensus,
  hearCount,
  hearCountFailure,
  hearDelivery,
  hearEnded,
  hearReport,
  hearReturn,
} from '../../../workflows/quota/hear';
import { newQuota, type QuotaState } from '../../../workflows/quota/state';

const slots = (existing: number, running = existing) => ({ existing, running });
const trouble = { code: 'Forbidden.RAM', message: 'not authorized', remedy: 'grant it' };

let reports = 0;

function report(batch: string, more: Partial<LeaseReport> = {}): LeaseReport {
  return {
    ...{
      batch,
      firstRunId: `${batch}-1`,
      since: 1,
      taskQueue: 'q',
      nth: ++reports,
      seq: 0,
      held: slots(0),
      demand: slots(50),
      syncs: 0,
      idle: 0,
      priority: 0,
    },
    quota: { jobs: 10, running: 10, changedAt: 1 },
    ...more,
  };
}
const counted = (others = slots(0), all = others) => ({ all, others, pollIntervalSeconds: 30 });
const hearAll = (state: QuotaState, reports: LeaseReport[], now = 0) =>
  reports.reduce((next, one) => hearReport(next, one, now), state);
/** A quota that has counted once, and heard these reports. */
function aQuota(reports: LeaseReport[], others = slots(0)): QuotaState {
  const state = hearCensus(hearAll(newQuota('e1', 0), reports), [], 0);
  return hearCount(state, countOrder(state), counted(others), 0);
}
const leased = ({ leases }: Decision, resource: 'existing' | 'running' = 'running') =>
  Object.fromEntries(leases.map(({ batch, lease }) => [batch, lease[resource]]));
/** As the batch would after it has taken the lease. */
const confirmed = (decision: Decision, batch: string, held: number, more: Partial<LeaseReport> = {}) =>
  hearReport(
    decision.state,
    report(batch, { quotaRunId: 'e1', seq: decision.state.leases[batch]!.seq, held: slots(held), ...more }),
    0,
  );

test('one batch gets all that others leave, two share it', () => {
  expect(leased(deal(aQuota([report('a')], slots(3)), 0))).toEqual({ a: 7 });
  expect(leased(deal(aQuota([report('a'), report('b')]), 0))).toEqual({ a: 5, b: 5 });
});

test('a lease shrinks as slots come free, and no other grows before', () => {
  const first = deal(aQuota([report('a')]), 0);
  const both = deal(hearReport(confirmed(first, 'a', 10), report('b'), 0), 0);
  expect(leased(both, 'existing')).toEqual({ a: 5, b: 0 });
  const some = deal(confirmed(both, 'a', 7), 0);
  expect(leased(some)).toMatchObject({ b: 3 });
  expect(leased(deal(confirmed(some, 'a', 5), 0))).toMatchObject({ b: 5 });
});

test('a batch that gives a slot back, and wants it again before the quota has dealt, gets it by a new lease', () => {
  const first = deal(aQuota([report('a'), report('b')]), 0);
  const state = confirmed(first, 'a', 4, { demand: slots(4) });
  const again = deal(confirmed({ ...first, state }, 'a', 4), 0);
  const { seq } = first.state.leases.a!;
  expect(again.leases).toMatchObject([{ batch: 'a', lease: { running: 5, seq: seq + 1 } }]);
});

const sharedByTwo = () => deal(aQuota([report('a'), report('b')]), 0).state;

test.each<[string, QuotaState, object, number, object]>([
  [
    'a batch that was applied again brings jobs along',
    hearReport(deal(aQuota([report('a')]), 0).state, report('b', { held: slots(3) }), 0),
    { a: 5, b: 0 },
    7,
    { b: 3 },
  ],
  [
    'an operator has lowered the quota',
    hearReport(
      sharedByTwo(),
      report('c', { demand: slots(0), quota: { jobs: 6, running: 6, changedAt: 2 } }),
      0,
    ),
    { a: 1, b: 1, c: 0 },
    1,
    { b: 3 },
  ],
  [
    'other tools have new jobs',
    hearCount(sharedByTwo(), countOrder(sharedByTwo()), counted(slots(2)), 0),
    { a: 3, b: 3 },
    3,
    { b: 4 },
  ],
])(
  'while more is promised than there is no slot that comes free is used again: %s',
  (_, state, first, held, then) => {
    const over = deal(state, 0);
    expect(leased(over, 'existing')).toEqual(first);
    // One batch has given back what was too much: the other one keeps its share.
    expect(leased(deal(confirmed(over, 'a', held), 0), 'existing')).toEqual(then);
  },
);

test('a report that has seen neither of the last two leases does not hide the larger one: its batch may have taken it', () => {
  const first = deal(aQuota([report('a')]), 0);
  const unseen = { quotaRunId: 'e1', seq: 0 };
  // It needs less by now, and so gets less; what was sent before is still on its way.
  const second = deal(hearReport(first.state, report('a', { ...unseen, demand: slots(4) }), 0), 0);
  expect(leased(second)).toEqual({ a: 4 });
  const promised = ({ state }: { state: QuotaState }) => state.leases.a!.promised.running;
  const late = hearReport(second.state, report('a', { ...unseen, demand: slots(4) }), 0);
  expect(promised({ state: late })).toBe(10);
  expect(leased(deal(hearReport(late, report('b'), 0), 0))).toEqual({ b: 0, a: 4 });
  expect(promised({ state: confirmed(second, 'a', 4) })).toBe(4);
});

test('jobs that exist and jobs that run are dealt together: who cannot have one more job keeps no running slot from who has', () => {
  const quota = { jobs: 2, running: 2, changedAt: 1 };
  // It has two jobs, and waits to start them again; the other one is served first, and has none.
  const old = report('old', { held: { existing: 2, running: 0 }, demand: slots(2), quota });
  const first = report('first', { demand: slots(2), priority: 1, quota });
  const dealt = deal(aQuota([old, first]), 0);
  expect(leased(dealt, 'running')).toEqual({ old: 2, first: 0 });
  // One of them is gone.
  const less = { held: { existing: 1, running: 1 }, demand: slots(1), quota };
  expect(leased(deal(confirmed(dealt, 'old', 1, less), 0), 'running')).toEqual({ first: 1, old: 1 });
});

test.each<[string, Partial<LeaseReport>, Partial<LeaseReport>, object]>([
  [
    'its synced job has taken its room, and the other one has room for one',
    { held: slots(1), demand: slots(3, 1), idle: 1 },
    { held: slots(1, 0), demand: slots(1) },
    { full: 0, b: 1 },
  ],
  [
    'so also for a batch of a higher priority',
    { held: slots(1), demand: slots(1), idle: 1, priority: 1 },
    { held: slots(1, 0), demand: slots(1) },
    { full: 0, b: 1 },
  ],
  [
    'its sync runs',
    { held: slots(1), demand: slots(3, 1), syncs: 1 },
    { held: slots(1, 0), demand: slots(1) },
    { full: 1, b: 0 },
  ],
  [
    'nobody else can use it: it is kept for the moment when there is room again',
    { held: slots(2, 1), demand: slots(3, 1), idle: 2 },
    { demand: slots(1) },
    { full: 1, b: 0 },
  ],
])('the last running slot is for a job that can use it: %s', (_, full, b, expected) => {
  const quota = { jobs: 2, running: 1, changedAt: 1 };
  const first = deal(aQuota([report('full', { ...full, quota }), report('b', { ...b, quota })]), 0);
  // The other batch gets what this one gives back.
  const { running } = first.state.leases.full!.leased;
  const given = { ...full, quota, held: { ...full.held!, running } };
  const second = deal(confirmed(first, 'full', 0, given), 0);
  expect({ ...leased(first), ...leased(second) }).toEqual(expected);
});

test('the newest change of the quota counts, whoever reports last; of two at once the smaller', () => {
  const stated = (running: number, changedAt: number) => ({ quota: { jobs: 100, running, changedAt } });
  const state = aQuota([report('a', stated(8, 20)), report('b', stated(50, 10))]);
  expect(state.quota.running).toBe(8);
  expect(hearReport(state, report('b', stated(4, 20)), 0).quota.running).toBe(4);
  expect(hearReport(state, report('b', stated(30, 21)), 0).quota.running).toBe(30);
});

test('slots are dealt by the last count after one that fails, the batches get the reason, and the next count waits longer', () => {
  const begun = deal(aQuota([report('a')], slots(3)), 0).state;
  let state = deal(begun, 300_000).state;
  expect(state.count.isCounting).toBe(true);
  // While it is under way a new batch is dealt with.
  expect(leased(deal(hearReport(state, report('b'), 300_000), 300_000), 'existing')).toEqual({ a: 3, b: 0 });
  const waits: number[] = [];
  for (let n = 0; n < 8; n++) {
    state = hearCountFailure({ ...state, count: { ...state.count, isCounting: true } }, trouble, 0);
    waits.push(state.count.dueAt / 1000);
  }
  expect(waits).toEqual([15, 30, 60, 120, 240, 480, 600, 600]);
  const told = deal(state, 0);
  expect(told.leases).toEqual([{ batch: 'a', lease: expect.objectContaining({ running: 7, trouble }) }]);
  // It is told once, until it has passed.
  expect(deal(told.state, 0).leases).toEqual([]);
  const mended = hearCount(told.state, countOrder(told.state), counted(slots(3)), 0);
  expect(deal(mended, 0).leases[0]!.lease.trouble).toBeUndefined();
});

test('a first count that is not answered holds dealing up for seconds only', () => {
  const state = hearCensus(hearAll(newQuota('e1', 0), [report('a')]), [], 0);
  const waits = deal(state, 0);
  expect(waits).toMatchObject({ leases: [], counts: true, wakeAt: 5_000 });
  expect(leased(deal(waits.state, 20_000))).toEqual({ a: 10 });
});

test('a lost quota deals nothing before it has heard what every running batch holds', () => {
  const old = { quotaRunId: 'e0', seq: 7 };
  let state = hearReport(newQuota('e1', 0), report('a', { ...old, held: slots(2) }), 0);
  state = hearCensus(state, ['a', 'b', 'c'], 0);
  state = hearCount(state, countOrder(state), counted(slots(1)), 0);
  const asking = deal(state, 0);
  expect([asking.leases, asking.asks]).toEqual([[], ['a', 'b', 'c']]);
  // What a told before may have been overtaken by a last lease of the lost one.
  state = hearReport(asking.state, report('a', { ...old, quotaRunId: 'e1', held: slots(4) }), 0);
  state = hearReport(state, report('b', { seq: 3, quotaRunId: 'e1', held: slots(3) }), 0);
  expect(deal(state, 6_000).leases.map(({ lease }) => [lease.running, lease.pending])).toEqual([
    [4, "its workflow was lost, and it waits for the report of batch 'c'"],
    [3, "its workflow was lost, and it waits for the report of batch 'c'"],
  ]);
  // A batch that does not run any more is not waited for.
  state = hearDelivery(state, { batch: 'c' }, 'notFound', 0);
  const { leases } = deal(state, 0);
  expect(leases.map(({ batch, lease }) => [batch, lease.running, lease.seq])).toEqual([
    ['a', 4, 8],
    ['b', 5, 4],
  ]);
});

test('a batch that is asked and does not answer is asked again, with growing distance', () => {
  let state = hearCensus(newQuota('e1', 0), ['a'], 0);
  const times: number[] = [];
  for (let now = 0; now < 120_000; now += 1_000) {
    const decision = deal(state, now);
    if (decision.asks.length > 0) times.push(now / 1000);
    state = decision.state;
  }
  expect(times).toEqual([0, 15, 45, 105]);
});

test('a lease that could not be delivered is not dropped: it counts, and is sent again', () => {
  const first = deal(aQuota([report('a')]), 0);
  const seq = first.leases[0]!.lease.seq;
  const failed = hearDelivery(first.state, { batch: 'a', seq }, 'failed', 0);
  expect(deal(failed, 0)).toMatchObject({ leases: [], wakeAt: 5_000 });
  expect(deal(failed, 5_000).leases).toEqual(first.leases);
  expect(leased(deal(hearReport(failed, report('b'), 0), 0), 'existing')).toEqual({ a: 5, b: 0 });
  const delivered = hearDelivery(deal(failed, 5_000).state, { batch: 'a', seq }, 'delivered', 5_000);
  expect(deal(delivered, 70_000).leases).toEqual([]);
});

test('the slots of an ended batch count until a count has shown which jobs are left', () => {
  const first = deal(aQuota([report('a')]), 0);
  const both = hearReport(first.state, report('b'), 0);
  const ended = hearEnded(both, ['a'], 0);
  expect(leased(deal(ended, 0))).toEqual({ b: 0 });
  const order = countOrder(ended);
  expect(order).toMatchObject({ batches: ['b'], ended: ['a'] });
  expect(leased(deal(hearCountFailure(ended, trouble, 0), 0))).toEqual({ b: 0 });
  expect(leased(deal(hearCount(ended, order, counted(slots(4)), 0), 0))).toEqual({ b: 6 });
});

test('a batch gives its lease back but for the jobs that it leaves', () => {
  const first = deal(aQuota([report('a')]), 0);
  const both = hearReport(first.state, report('b'), 0);
  const left = hearReturn(both, { batch: 'a', left: { existing: 3, running: 0 } }, 0);
  expect(deal(left, 0).leases[0]!.lease).toMatchObject({ existing: 7, running: 7 });
  expect(deal(hearReturn(first.state, { batch: 'a', left: slots(0) }, 0), 0).isOver).toBe(true);
});

test('syncs that SMC starts by itself are served first, and the leases of others shrink for them', () => {
  const both = deal(aQuota([report('a'), report('b')]), 0);
  const syncing = { held: slots(10, 7), demand: slots(10, 7), syncs: 7 };
  const after = deal(confirmed(deal(confirmed(both, 'b', 5), 0), 'a', 7, syncing), 0);
  expect(leased(after)).toMatchObject({ b: 3 });
});

test('a refusal that no job of others explains lowers what is dealt for a while; one for VPCs does not', () => {
  const first = deal(aQuota([report('a')]), 0);
  const refused = (code: string) =>
    confirmed(first, 'a', 10, { refused: { resource: 'running' as const, code } });
  const recounted = (state: QuotaState) =>
    hearCount(state, countOrder(state), counted(slots(0), slots(6)), 0);
  const lower = deal(recounted(refused('QuotaExceeded.Jobs')), 0);
  expect(leased(lower)).toEqual({ a: 6 });
  expect(leased(deal(lower.state, 300_001))).toEqual({ a: 10 });
  expect(leased(deal(recounted(refused('QuotaExceeded.Vpc')), 0))).toEqual({});
});

test('a batch applied again under its name is sent its lease anew, a report that comes twice changes nothing', () => {
  const first = deal(aQuota([report('a')]), 0);
  const twice = hearReport(first.state, report('a'), 0);
  expect(
    deal(hearReport(twice, report('b'), 0), 0).leases.find(({ batch }) => batch === 'b')!.lease.running,
  ).toBe(0);
  const again = deal(hearReport(first.state, report('a', { firstRunId: 'a-2', held: slots(2) }), 0), 0);
  expect(again.leases).toEqual([{ batch: 'a', lease: expect.objectContaining({ running: 10, seq: 2 }) }]);
});
