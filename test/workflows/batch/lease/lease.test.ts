import {
  type LeaseHolding,
  lostReport,
  nextReport,
  noLease,
  type ReportFacts,
  receivedReport,
  takeAsk,
  takeLease,
  usableSlots,
} from '../../../../workflows/batch/lease/lease';

const slots = (existing: number, running = existing) => ({ existing, running });
const quota = { jobs: 100, running: 50, changedAt: 1 };
const needs = (more: Partial<ReportFacts> = {}): ReportFacts => ({
  ...{
    batch: 'a',
    since: 1,
    firstRunId: 'a-1',
    taskQueue: 'q',
    priority: 0,
    maxConcurrent: 50,
    quota,
    inUse: slots(0),
    syncs: 0,
  },
  ...{ startable: 20, startableWithJob: 0, startableAgain: 0, recovering: 0, idle: 0 },
  isCancelling: false,
  ...more,
});
const lease = (running: number, more: object = {}) => ({
  ...{ existing: running, running, firstRunId: 'a-1', seq: 1, quotaRunId: 'e1', contended: false, quota },
  ...more,
});
/** A report that arrives. */
function tell(holding: LeaseHolding, needed: ReportFacts, now: number) {
  const next = nextReport(holding, needed, now);
  return next.report ? { ...next, holding: receivedReport(next.holding, {}) } : next;
}

/** A batch that has told what it needs and has got this lease. */
function aHolding(running: number, more: object = {}): LeaseHolding {
  return takeLease(tell(noLease(), needs(), 0).holding, lease(running, more), 'a-1').holding;
}

test('a batch tells once what it needs, and again after a while as long as it waits for more', () => {
  const minute = 60_000;
  let holding = aHolding(5);
  const inUse = slots(5);
  const times: number[] = [];
  for (let now = 0; now <= 60 * minute; now += minute / 2) {
    const next = tell(holding, needs({ inUse, startable: 15 }), now);
    if (next.report) times.push(now / minute);
    holding = next.holding;
  }
  expect(times).toEqual([1, 3, 7, 15, 25, 35, 45, 55]);
  // It has all it needs.
  const enough = needs({ inUse, startable: 0 });
  const told = tell(aHolding(20), enough, 0).holding;
  expect(tell(told, enough, 60 * minute).report).toBeUndefined();
});

test('a batch that is asked tells what it holds, and hears no lease of the quota that was lost', () => {
  const holding = takeAsk(aHolding(20), 'e2');
  const { report, holding: told } = tell(holding, needs({ inUse: slots(3) }), 0);
  expect(report).toMatchObject({ quotaRunId: 'e2', seq: 1, held: slots(20) });
  expect(tell(told, needs({ inUse: slots(3) }), 0).report).toBeUndefined();
  expect(takeLease(told, lease(40, { seq: 9 }), 'a-1').holding).toBe(told);
  const renewed = takeLease(told, lease(30, { seq: 2, quotaRunId: 'e2' }), 'a-1').holding;
  expect(usableSlots(renewed, 50)).toEqual(slots(30));
});

test('a lease that shrinks is given back as its jobs end', () => {
  const shrunk = takeLease(aHolding(10), lease(4, { seq: 2, contended: true }), 'a-1').holding;
  const held = (inUse: number) => tell(shrunk, needs({ inUse: slots(inUse) }), 0).report?.held ?? shrunk.held;
  expect([held(10), held(7), held(2)]).toEqual([slots(10), slots(7), slots(4)]);
});

test('a sync that begins is reported at once, also when it is one more than the batch may run', () => {
  const full = needs({ inUse: slots(5), startable: 100, maxConcurrent: 5 });
  const told = tell(aHolding(5), full, 0).holding;
  const { report, holding } = tell(told, { ...full, inUse: slots(6), syncs: 1 }, 0);
  expect(report).toMatchObject({ held: slots(6), syncs: 1 });
  expect(tell(holding, { ...full, syncs: 0 }, 0).report).toMatchObject({ held: slots(5), syncs: 0 });
});

test('what the API refuses is not asked for while others wait', () => {
  const hold = {
    resource: 'running',
    code: 'QuotaExceeded.Vpc',
    message: '',
    limit: 2,
    refusals: 3,
  } as const;
  const contended = aHolding(20, { contended: true });
  const { report } = tell(contended, needs({ inUse: slots(2), hold: { ...hold, until: 9, tries: 1 } }), 0);
  expect(report?.demand.running).toBe(3);
});

test('the newest quota that the batch knows is reported again', () => {
  const newer = { jobs: 30, running: 20, changedAt: 5 };
  const { report } = tell(takeAsk(aHolding(5, { quota: newer }), 'e2'), needs(), 0);
  expect(report?.quota).toEqual(newer);
});

test("a batch whose account's quota another task queue keeps goes on asking", () => {
  const told = receivedReport(nextReport(noLease(), needs(), 0).holding, { keptBy: 'q2' });
  expect(tell(told, needs(), 59_000).report).toBeUndefined();
  expect(tell(told, needs(), 60_000).report).toBeDefined();
  expect(takeLease(told, lease(5), 'a-1').holding.keptBy).toBeUndefined();
});

test('a report that may be lost is made again, with its refusal; meanwhile none is made', () => {
  const refused = { resource: 'running', code: 'QuotaExceeded' } as const;
  const holding = { ...aHolding(5), urgent: { refused } };
  const { report, holding: sent } = nextReport(holding, needs(), 0);
  expect(report).toMatchObject({ refused, nth: 2 });
  expect(nextReport(sent, needs({ startable: 30 }), 0).report).toBeUndefined();
  expect(nextReport(lostReport(sent), needs(), 0).report).toMatchObject({ refused, nth: 3 });
  expect(tell(receivedReport(sent, {}), needs(), 0).report).toBeUndefined();
});

test.each([
  { what: 'before anything runs', inUse: slots(0), jobs: 2 },
  { what: 'while all that may run do', inUse: slots(2), jobs: 4 },
])(
  'a batch asks for one new job for each that may run, and leaves the rest to others: $what',
  ({ inUse, jobs }) => {
    const { report } = nextReport(noLease(), needs({ inUse, startable: 30, maxConcurrent: 2 }), 0);
    expect(report?.demand).toEqual(slots(jobs, 2));
  },
);

test('a batch tells that other jobs of it are idle than before while others wait for slots, so that they get what it cannot use', () => {
  const inUse = slots(2, 1);
  const idleNow = needs({ inUse, idle: 1 });
  const calm = tell(aHolding(2), idleNow, 0);
  expect(tell(calm.holding, needs({ inUse, idle: 2 }), 1).report).toBeUndefined();
  const contended = takeLease(calm.holding, lease(2, { seq: 2, contended: true }), 'a-1').holding;
  const { report, holding } = tell(contended, needs({ inUse, idle: 2 }), 1);
  expect(report).toMatchObject({ idle: 2, demand: slots(22, 21) });
  expect(tell(holding, needs({ inUse, idle: 2 }), 2).report).toBeUndefined();
});
