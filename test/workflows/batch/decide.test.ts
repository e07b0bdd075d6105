import type { PlannedServer } from '../../../src/plan';
import { decide } from '../../../workflows/batch/decide';
import { forecast } from '../../../workflows/batch/forecast';
import { openGates } from '../../../workflows/batch/gates/gates';
import { takeOrder } from '../../../workflows/batch/orders/orders';
import { endCheckOf, takeEndCheck, takeStarted } from '../../../workflows/batch/server-workflow';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { type Batch, type BatchState, batchOf, resumed } from '../../../workflows/batch/state';
import { takeReport } from '../../../workflows/batch/take-report';
import { growth } from '../../growth';
import { aBatch, aPlan, aServer, withLease } from './a-batch';

const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
const migrating = { phase: 'migrating', round: 1, startedAt: 0, starts: 1, runId: 'r-1' } as const;
const migrated = { phase: 'migrated', round: 1, jobId: 'j-1', startedAt: 0, endedAt: 1 } as const;
const failed = { phase: 'failed', round: 1, error, startedAt: 0, endedAt: 1 } as const;
const synced = { phase: 'synced', round: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1' } as const;
const waiting = (more: object = {}) => ({ phase: 'waiting', round: 0, ...more }) as const;
const queued = (more: object = {}): ServerRecord => ({
  ...{ phase: 'queued', round: 1, slotRequest: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1', queuedAt: 0 },
  ...more,
});

const strayJobs = (...jobs: BatchState['strays']['jobs']): BatchState['strays'] => ({
  ...{ jobs, missing: [], journaled: [], pollIntervalSeconds: 30, polls: 0 },
});
const held = (...names: string[]): BatchState['gates'] => ({
  ...openGates(),
  paused: { batch: false, waves: [], servers: names },
});

/** What is sent, as `start web`, in the order in which it is decided. */
const sent = (batch: Batch, now = 0) =>
  decide(batch, now).wishes.map(({ kind, server }) => `${kind} ${server}`);

const servers = (...names: (string | PlannedServer)[]) => names;

describe('who starts', () => {
  test('the longest first, as many as there are slots', () => {
    const batch = withLease(
      aBatch(aPlan(['small', 'large', 'middle']), {
        small: waiting({ diskGiB: 1 }),
        large: waiting({ diskGiB: 100 }),
        middle: waiting({ diskGiB: 10 }),
      }),
      2,
    );
    expect(sent(batch)).toEqual(['start large', 'start middle']);
    expect(batch.index.inUse).toEqual({ existing: 2, running: 2 });
    expect(sent(batch)).toEqual([]);
  });

  test.each([
    ['running slots', { existing: 9, running: 1 }, ['start a']],
    ['existing slots', { existing: 1, running: 9 }, ['start a']],
    ['no lease', { existing: 0, running: 0 }, []],
  ])('no more than %s allow', (_, { existing, running }, expected) => {
    expect(sent(withLease(aBatch(aPlan(['a', 'b'])), existing, running))).toEqual(expected);
  });

  test('a server with a job of its own needs no other one', () => {
    const batch = withLease(aBatch(aPlan(['a', 'b']), { b: waiting({ jobId: 'j-b' }) }), 1, 9);
    expect(sent(batch)).toEqual(['start b']);
  });

  test('a job that runs since an earlier batch is adopted even when the gates are closed', () => {
    const batch = aBatch(aPlan(['a', 'b']), { a: waiting({ jobId: 'j-a', jobRuns: true }) });
    takeOrder(batch, 'pause', { by: 'me' }, 0);
    expect(sent(batch)).toEqual(['start a']);
  });

  test('a server whose last workflow is about to close waits for that', () => {
    const batch = withLease(aBatch(aPlan(['a']), { a: waiting({ notBefore: 1_000 }) }), 5);
    expect(decide(batch, 0)).toMatchObject({ wishes: [], wakeAt: 1_000 });
    expect(sent(batch, 1_000)).toEqual(['start a']);
  });

  test('a server whose source is not known is looked up first', () => {
    const batch = withLease(aBatch(aPlan([aServer('a', { sourceId: undefined, sourceName: 'x' })])), 5);
    const { wishes, lookUp } = decide(batch, 0);
    expect([wishes, lookUp?.map(({ name }) => name)]).toEqual([[], ['a']]);
    expect(decide(batch, 0).lookUp).toBeUndefined();
  });
});

test.each<[string, Record<string, ServerRecord>, Partial<BatchState>, number]>([
  ['a synced job that waits for its cut-over', { a: synced }, {}, 1],
  ['one whose sync has its slot', { a: { ...synced, sync: { runs: true, holdsSlot: true } } }, {}, 0],
  [
    'the kept job of a failed server',
    { a: { ...failed, leftover: { jobId: 'j-1', why: 'keptByPolicy' } } },
    {},
    1,
  ],
  ['a job that belongs to no server of the plan', {}, { strays: strayJobs({ jobId: 'j-9' }) }, 1],
  ['one of these that runs', {}, { strays: strayJobs({ jobId: 'j-9', runs: true }) }, 0],
  ['a job that is cleaned up, and about to go', { a: { ...synced, phase: 'finishing' } }, {}, 0],
  ['a job that recovers', { a: { ...synced, phase: 'recovering' } }, {}, 0],
  ['a job that waits for a slot', { a: queued() }, {}, 0],
  ['one that an operator holds back', { a: queued() }, { gates: held('a') }, 1],
  ['the job of a server that could start', { a: waiting({ jobId: 'j-1' }) }, {}, 0],
  ['of one that an operator holds back', { a: waiting({ jobId: 'j-1' }) }, { gates: held('a') }, 1],
])('jobs that take room and could not run now: %s', (_, records, more, idle) => {
  const batch = withLease(aBatch(aPlan(['a']), records, more), 1, 0);
  expect(decide(batch, 0).report).toMatchObject({ idle });
});

describe('what keeps servers from starting', () => {
  const two = [{ name: 'one' }, { name: 'two' }];
  const night = { from: '22:00', to: '06:00', timezone: 'UTC' } as const;
  const noon = Date.parse('2030-01-31T12:00:00Z');
  const evening = Date.parse('2030-01-31T22:00:00Z');
  const inWaves = servers(aServer('a', { wave: 'one' }), aServer('b', { wave: 'two' }));

  test.each<
    [string, Parameters<typeof aPlan>[1], Record<string, ServerRecord>, Partial<BatchState>, string[]]
  >([
    ['a wave waits for the one before', { waves: two }, {}, {}, ['start a']],
    ['until it has ended', { waves: two }, { a: migrated }, {}, ['start b']],
    ['or has been synced', { waves: two }, { a: synced }, {}, ['start b']],
    [
      'an overlapping one until all of it have started',
      { waves: [two[0]!, { name: 'two', overlap: true }] },
      { a: migrating },
      {},
      ['start b'],
    ],
    ['approval', { waves: [two[0]!, { name: 'two', after: 'approval' }] }, { a: migrated }, {}, []],
    [
      'its threshold',
      { waves: [{ name: 'one', failureThreshold: { count: 0 } }, two[1]!] },
      { a: failed },
      {},
      [],
    ],
    ['too many failures of one kind', { waves: two, stopAfterSameError: 1 }, { a: failed }, {}, []],
  ])('%s', (_, plan, records, more, expected) => {
    expect(sent(withLease(aBatch(aPlan(inWaves, plan), records, more), 5))).toEqual(expected);
  });

  test('a window, and the loop wakes when it opens', () => {
    const batch = withLease(aBatch(aPlan(inWaves, { waves: [{ name: 'one', window: night }, two[1]!] })), 5);
    const { wishes, wakeAt, report } = decide(batch, noon);
    expect([wishes, wakeAt, report?.demand]).toEqual([[], evening, { existing: 0, running: 0 }]);
    expect(sent(withLease(batch, 5), evening)).toEqual(['start a']);
  });

  test('its start time, and the loop wakes then', () => {
    const job = { regionId: 'cn-hangzhou', scheduledStartTime: '2030-01-31T22:00:00Z' };
    const batch = withLease(aBatch(aPlan([aServer('a', { job })])), 5);
    expect(decide(batch, noon)).toMatchObject({ wishes: [], wakeAt: evening });
    expect(sent(withLease(batch, 5), evening)).toEqual(['start a']);
  });

  test.each([
    ['batch', {}],
    ['wave', { waves: ['all'] }],
    ['server', { servers: ['a'] }],
  ])('a paused %s, until it is resumed', (_, which) => {
    const batch = withLease(aBatch(aPlan(['a'])), 5);
    takeOrder(batch, 'pause', { by: 'me', ...which }, 0);
    expect(sent(batch)).toEqual([]);
    expect(batch.demand.startable).toBe(0);
    takeOrder(batch, 'resume', { by: 'me', ...which }, 0);
    expect(sent(withLease(batch, 5))).toEqual(['start a']);
  });

  test('a dependency, until it is migrated, or synced', () => {
    const plan = aPlan(['db', aServer('web', { dependsOn: ['db'] })]);
    for (const [db, expected] of [
      [migrating, []],
      [migrated, ['start web']],
      [synced, ['start web']],
    ] as const)
      expect(sent(withLease(aBatch(plan, { db }), 5))).toEqual(expected);
  });

  test('a dependency that failed: all that depend on it fail at once, and keep their jobs', () => {
    const plan = aPlan(['db', aServer('app', { dependsOn: ['db'] }), aServer('web', { dependsOn: ['app'] })]);
    const batch = withLease(
      aBatch(plan, { db: { ...failed, sourceId: 's-db' }, web: waiting({ jobId: 'j-web' }) }),
      5,
    );
    expect(decide(batch, 7)).toMatchObject({ wishes: [], isOver: true });
    expect(batch.index.record('app')).toMatchObject({ phase: 'failed', error: { code: 'DependencyFailed' } });
    expect(batch.index.record('web')).toMatchObject({ phase: 'failed', leftover: { jobId: 'j-web' } });
    expect([...batch.index.failedByCode]).toEqual([['InternalError', 1]]);
    takeOrder(batch, 'retry', { by: 'me' }, 8);
    expect(sent(withLease(batch, 5), 8)).toEqual(['start db']);
  });

  test('another server of its group, which counts as one that could start', () => {
    const plan = aPlan([aServer('a', { exclusive: 'g' }), aServer('b', { exclusive: 'g' })]);
    const batch = withLease(aBatch(plan), 5);
    expect(sent(batch)).toEqual(['start a']);
    takeStarted(batch, 'a', 1, 'r-a');
    takeReport(
      batch,
      { kind: 'ended', server: 'a', round: 1, result: { outcome: 'migrated', jobId: 'j-a' } },
      5,
    );
    expect(sent(batch, 5)).toEqual(['start b']);
    expect(sent(withLease(aBatch(plan, { a: synced }), 5))).toEqual(['start b']);
  });

  test('a server whose dependency can never be migrated fails, in any order of the servers', () => {
    const plan = aPlan(['db', aServer('app', { dependsOn: ['db'] }), aServer('web', { dependsOn: ['app'] })]);
    const batch = withLease(aBatch(plan, { db: failed, app: failed, web: failed }), 5);
    expect(sent(batch, 4)).toEqual([]);
    // The last of the chain is looked at first.
    takeOrder(batch, 'retry', { by: 'me', servers: ['web', 'app'] }, 5);
    expect(sent(batch, 5)).toEqual([]);
    expect([batch.index.phaseOf('app'), batch.index.phaseOf('web')]).toEqual(['failed', 'failed']);
  });

  test('an account that refuses: one server now and then finds out whether it still does', () => {
    const batch = withLease(aBatch(aPlan(['a', 'b', 'c'])), 5);
    batch.state.account = { ...batch.state.account, refusedAt: { w: 0 }, error, since: 0 };
    const { wishes, wakeAt } = decide(batch, 120_000);
    expect(wishes).toMatchObject([{ kind: 'start', server: 'a' }]);
    expect(batch.state.account.tries).toBe(1);
    // What the worker says counts for 150 s: nothing else may happen until the next server may try.
    expect(wakeAt).toBe(150_000);
    batch.state.account.refusedAt.w = 140_000;
    takeStarted(batch, 'a', 1, 'r-1');
    expect(decide(batch, 150_000)).toMatchObject({ wishes: [], wakeAt: 180_000 });
    expect(sent(batch, 180_000)).toEqual(['start b']);
  });
});

describe('who gets a slot once more', () => {
  test('servers that have asked come before those that wait, oldest first', () => {
    const records = { old: queued({ queuedAt: 1 }), young: queued({ queuedAt: 2 }) };
    const batch = withLease(aBatch(aPlan(['new', 'young', 'old']), records), 9, 2);
    expect(sent(batch)).toEqual(['grant old', 'grant young']);
    expect(batch.index.record('old')).toMatchObject({ phase: 'migrating', grantedRequest: 1, starts: 2 });
  });

  test('a refusal for the quota is no start of its job', () => {
    const refused = { ...error, code: 'QuotaExceeded.Job' };
    const batch = withLease(aBatch(aPlan(['a']), { a: queued({ error: refused }) }), 5);
    expect(sent(batch)).toEqual(['grant a']);
    expect(batch.index.record('a').starts).toBe(1);
  });

  test('a server without a job needs an existing slot, too', () => {
    const plan = aPlan(['a', 'b']);
    const records = { a: queued({ jobId: undefined }), b: synced };
    expect(sent(withLease(aBatch(plan, records), 1, 5))).toEqual([]);
    expect(sent(withLease(aBatch(plan, records), 2, 5))).toEqual(['grant a']);
  });

  test('gates hold restarts back as well, a cut-over only an operator', () => {
    const plan = aPlan(['again', 'cutOver', 'bad'], { stopAfterSameError: 1 });
    const records = { again: queued(), cutOver: queued({ isCutOver: true }), bad: failed };
    const batch = withLease(aBatch(plan, records), 5);
    expect(sent(batch)).toEqual(['grant cutOver']);
    const paused = withLease(aBatch(plan, records), 5);
    takeOrder(paused, 'pause', { by: 'me' }, 0);
    expect([sent(paused), paused.demand.startableAgain]).toEqual([[], 0]);
  });
});

describe('what is not confirmed', () => {
  test('is sent again by the next run: starts, orders and the report to the quota', () => {
    const batch = withLease(aBatch(aPlan(['a', 'b']), { b: queued() }), 5);
    takeOrder(batch, 'cancel', { by: 'me', servers: ['b'] }, 0);
    const before = decide(batch, 0);
    expect(before.wishes.map(({ kind }) => kind)).toEqual(['cancel', 'grant', 'start']);
    const next = batchOf(resumed(JSON.parse(JSON.stringify(batch.state)), 9));
    const after = decide(next, 9);
    expect(after.wishes).toEqual(before.wishes.map((one) => ({ ...one, sends: 2, nextAt: 9 })));
    expect(after.report).toMatchObject({ nth: 2, demand: before.report!.demand });
  });

  test('a server that repeats a granted request gets the grant again', () => {
    const batch = withLease(aBatch(aPlan(['a']), { a: queued() }), 5);
    const [grant] = decide(batch, 0).wishes;
    expect(grant?.kind).toBe('grant');
    takeReport(batch, { kind: 'wantsSlot', server: 'a', round: 1, slotRequest: 1, jobId: 'j-1' }, 1);
    expect(batch.index.phaseOf('a')).toBe('migrating');
    expect(sent(batch, 1)).toEqual(['grant a']);
  });
});

test('a cancelled batch starts nothing: waiting servers end, the others get a cancel', () => {
  const batch = withLease(aBatch(aPlan(['a', 'b', 'c']), { b: migrating, c: failed }), 5);
  takeOrder(batch, 'cancel', { by: 'me' }, 0);
  expect(sent(batch)).toEqual(['cancel b']);
  expect([batch.index.phaseOf('a'), batch.index.phaseOf('c')]).toEqual(['cancelled', 'failed']);
  expect(decide(batch, 1)).toMatchObject({ wishes: [], isOver: false });
  takeReport(batch, { kind: 'ended', server: 'b', round: 1, result: { outcome: 'cancelled' } }, 2);
  expect(decide(batch, 2).isOver).toBe(true);
});

test('servers with a workflow are checked for their end, one check at a time, and more seldom while all of them run', () => {
  const batch = aBatch(aPlan(['a', 'b']), { a: migrating, b: failed });
  expect(decide(batch, 0)).toMatchObject({ endCheck: undefined, wakeAt: 60_000 });
  expect(decide(batch, 60_000).endCheck).toEqual(['a']);
  expect(decide(batch, 120_000).endCheck).toBeUndefined();
  const answered = (now: number) => {
    takeEndCheck(batch, endCheckOf(batch, ['a']), [], now);
    return decide(batch, now).wakeAt;
  };
  expect(answered(120_000)).toBe(240_000);
  decide(batch, 240_000);
  expect(answered(240_000)).toBe(480_000);
  decide(batch, 480_000);
  expect(answered(480_000)).toBe(780_000);
});

test('before its first look at the account a batch starts nothing, and answers the quota when it is asked', () => {
  const batch = aBatch(aPlan(['a']), {}, { stage: 'surveying' });
  expect(decide(batch, 0)).toMatchObject({ surveys: true, wishes: [], report: undefined });
  batch.state.holding = { ...batch.state.holding, isAsked: true };
  expect(decide(batch, 0)).toMatchObject({
    report: { held: { existing: 0, running: 0 } },
  });
  takeOrder(batch, 'cancel', { by: 'me' }, 0);
  expect(decide(batch, 0).cancelsSurvey).toBe(true);
});

test('the list of the Temporal UI gets a status when it changes', () => {
  const batch = withLease(aBatch(aPlan(['a', 'b'])), 1);
  expect([decide(batch, 0).status, decide(batch, 0).status]).toEqual(['running', undefined]);
  takeOrder(batch, 'pause', { by: 'me' }, 0);
  expect(decide(batch, 0).status).toBe('paused');
});

test('a batch that is cancelled before its first look at the account still looks, to find what is at work', () => {
  const batch = aBatch(aPlan(['a']), {}, { stage: 'surveying' });
  takeOrder(batch, 'cancel', { by: 'me' }, 0);
  expect(decide(batch, 0)).toMatchObject({ surveys: true, cancelsSurvey: true });
});

test("a job that runs since an earlier batch is waited for, also when its server's dependency has failed", () => {
  const plan = aPlan(['db', aServer('web', { dependsOn: ['db'] })]);
  const batch = aBatch(plan, { db: failed, web: waiting({ jobId: 'j-web', jobRuns: true }) });
  expect(sent(batch)).toEqual(['start web']);
  expect(batch.index.inUse).toEqual({ existing: 1, running: 1 });
});

test('a server whose start was not sent is left out of the check', () => {
  const names = Array.from({ length: 600 }, (_, i) => `web-${i}`);
  const batch = withLease(aBatch(aPlan(names, { maxConcurrent: 600 })), 600);
  expect(decide(batch, 0).wishes).toHaveLength(500);
  expect(decide(batch, 60_000).endCheck).toEqual([]);
});

test('what is at work already is no need: the quota hears of what waits alone', () => {
  const records = Object.fromEntries(
    ['a', 'b'].map((name) => [name, waiting({ jobId: `j-${name}`, jobRuns: true })]),
  );
  const { report } = decide(aBatch(aPlan(['a', 'b']), records), 0);
  expect(report?.demand).toEqual({ existing: 2, running: 2 });
});

test.each([
  [0, 2],
  [30_000, 1],
])('at %i room for which the API refuses jobs is told as idle: %i', (now, idle) => {
  const batch = withLease(aBatch(aPlan(['a', 'b', 'c'])), 3, 3);
  const refused = { resource: 'existing', code: 'QuotaExceeded.ReplicationJob', message: 'full' } as const;
  batch.state.hold = { ...refused, limit: 1, refusals: 2, until: 30_000, tries: 1 };
  batch.state.holding = { ...batch.state.holding, isAsked: true };
  expect(decide(batch, now).report).toMatchObject({ idle });
});

test('of a group only one is looked at, and another one once the group is free', () => {
  const names = ['a', 'b', 'c'];
  const plan = aPlan(names.map((name) => aServer(name, { exclusive: 'g' })));
  const batch = withLease(aBatch(plan), 5);
  const order: string[] = [];
  for (let now = 0; order.length < 3; now++) {
    const [name] = sent(withLease(batch, 5), now).map((what) => what.slice('start '.length));
    order.push(name!);
    expect(batch.index.mayBeNext(0)).toEqual([]);
    takeStarted(batch, name!, 1, 'r');
    const result = { outcome: 'failed', error } as const;
    takeReport(batch, { kind: 'ended', server: name!, round: 1, result }, now);
  }
  expect(order).toEqual(names);
});

test('of a group whose next server is held back another one starts, in the order of their sizes', () => {
  const names = ['a', 'b', 'c', 'd'];
  const sizes = Object.fromEntries(names.map((name, i) => [name, waiting({ diskGiB: 40 - i })]));
  const plan = aPlan(names.map((name) => aServer(name, { exclusive: 'g' })));
  const batch = withLease(aBatch(plan, sizes), 5);
  expect(sent(batch)).toEqual(['start a']);
  takeOrder(batch, 'pause', { by: 'me', servers: ['b', 'c'] }, 1);
  takeStarted(batch, 'a', 1, 'r');
  const result = { outcome: 'failed', error } as const;
  takeReport(batch, { kind: 'ended', server: 'a', round: 1, result }, 2);
  expect(sent(batch, 2)).toEqual(['start d']);
  takeStarted(batch, 'd', 1, 'r');
  takeReport(batch, { kind: 'ended', server: 'd', round: 1, result }, 3);
  expect(sent(batch, 3)).toEqual([]);
  takeOrder(batch, 'resume', { by: 'me', servers: ['c'] }, 4);
  expect(sent(batch, 4)).toEqual(['start c']);
});

test('servers that exclude each other, or depend on each other, cost about as much each in a large batch as in a small one', async () => {
  const run = (count: number) => {
    const servers = Array.from({ length: count }, (_, i) =>
      aServer(
        `web-${i}`,
        i % 2 ? { exclusive: `g-${i % 40}` } : { dependsOn: i > 100 ? [`web-${i - 100}`] : undefined },
      ),
    );
    const batch = withLease(aBatch(aPlan(servers)), 100, 50);
    expect(forecast(batch.state, 0).endAt).toBeDefined();
  };
  // Ten times the servers: about 10. One that is compared with all others makes it 100, half of them more than 30.
  expect(await growth([500, 5_000], run)).toBeLessThan(20);
});
