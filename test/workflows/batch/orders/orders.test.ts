import {
  checkOrder,
  type OrderKind,
  type Orders,
  takeOrder,
} from '../../../../workflows/batch/orders/orders';
import { tryOrder } from '../../../../workflows/batch/orders/try-order';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../../workflows/batch/state';
import { aBatch, aPlan, aServer } from '../a-batch';

const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
const migrating = { phase: 'migrating', round: 1, startedAt: 0, runId: 'r-1' } as const;
const failed = { phase: 'failed', round: 1, error, startedAt: 0, endedAt: 1 } as const;
const synced = { phase: 'synced', round: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1' } as const;
const replaced = { ...failed, error: { ...error, code: 'SourceServer.Replaced' }, sourceId: 's-new' };

const incremental = aServer('db', { job: { regionId: 'cn-hangzhou', runOnce: false } });
const plan = aPlan(['web', incremental], {
  waves: [{ name: 'all' }, { name: 'late', after: 'approval' }],
  quota: { jobs: 10, running: 5 },
});
const batchOf = (web: ServerRecord, db: ServerRecord = { phase: 'waiting', round: 0 }) =>
  aBatch(plan, { web, db });
const waiting = { phase: 'waiting', round: 0 } as const;

type Given<K extends OrderKind> = Omit<Orders[K], 'by'>;
const order = <K extends OrderKind>(batch: Batch, kind: K, given: Given<K>) => {
  const whole = { by: 'me', ...given } as Orders[K];
  checkOrder(batch, kind, whole);
  return takeOrder(batch, kind, whole, 7);
};

test.each<[OrderKind, object, ServerRecord, string]>([
  ['pause', { servers: ['nobody'] }, waiting, "the batch has no server 'nobody'"],
  ['pause', { waves: ['nothing'] }, waiting, "the batch has no wave 'nothing': it has all, late"],
  ['pause', { servers: ['wbe'] }, waiting, "the batch has no server 'wbe' (did you mean 'web'?)"],
  [
    'approve',
    { wave: 'lat' },
    waiting,
    "the batch has no wave 'lat' (did you mean 'late'?): it has all, late",
  ],
  ['cancel', { servers: ['web'] }, failed, "server 'web' is failed: it has ended already"],
  ['retry', {}, waiting, 'no server has failed'],
  ['retry', { servers: ['web'] }, migrating, "server 'web' is migrating: it has not failed"],
  ['retry', {}, replaced, 'web: migrated before, from another source server; retry it by its name'],
  [
    'skip',
    { servers: ['web'] },
    migrating,
    "server 'web' is under way (migrating). To stop it: smc-batch cancel dc1 web",
  ],
  [
    'skip',
    { servers: ['web'] },
    { phase: 'migrated', round: 1, endedAt: 1 },
    "server 'web' has been migrated already: there is nothing to skip",
  ],
  [
    'skip',
    { servers: ['web'] },
    { phase: 'skipped', round: 0, note: 'skipped by me' },
    "server 'web' has been skipped already",
  ],
  ['approve', { wave: 'all' }, waiting, "wave 'all' needs no approval"],
  ['setLimits', { maxConcurrent: 0 }, waiting, 'a limit is a whole number of at least 1'],
  ['setLimits', { runningQuota: 11 }, waiting, 'more running jobs (11) than existing ones (10)'],
  ['cutOver', {}, waiting, 'no server waits for its cut-over'],
  ['cutOver', { servers: ['web'] }, waiting, "server 'web' is not migrated incrementally"],
  ['cutOver', { servers: ['db'] }, waiting, "server 'db' is waiting: it is not under way"],
])('%s %j is refused before anything changes', (kind, given, web, why) => {
  const batch = batchOf(web);
  const before = JSON.stringify(batch.state);
  expect(() => order(batch, kind, given as Given<typeof kind>)).toThrow(why);
  expect(JSON.stringify(batch.state)).toBe(before);
});

test.each(['cancelling', 'ended'] as const)('a batch that is %s takes no orders', (status) => {
  const batch = batchOf(failed);
  if (status === 'cancelling') batch.state.cancelRequested = true;
  else batch.state.stage = 'ending';
  expect(() => order(batch, 'retry', {})).toThrow(
    status === 'cancelling' ? 'is being cancelled' : 'has ended: apply its plan again',
  );
});

test('an order is in the journal with who gave it', () => {
  const batch = batchOf(waiting);
  expect(order(batch, 'pause', { servers: ['web'] }).done).toContain('paused web');
  expect(batch.state.journal).toEqual([
    { at: 7, by: 'me', what: 'paused web: nothing of it starts, 1 server waits; what runs goes on' },
  ]);
});

test('a server that waits is cancelled at once, one at work hears of it', () => {
  const batch = batchOf(migrating);
  order(batch, 'cancel', { servers: ['web', 'db'] });
  expect([batch.index.phaseOf('web'), batch.index.phaseOf('db')]).toEqual(['migrating', 'cancelled']);
  expect(Object.values(batch.state.wishes).map(({ server, kind }) => [server, kind])).toEqual([
    ['web', 'cancel'],
  ]);
});

test('a retry replaces the wishes of the server, and waits for its last workflow to close', () => {
  const batch = batchOf(migrating);
  order(batch, 'cancel', { servers: ['web'] });
  batch.index.set('web', { ...failed, sourceId: 's-web' });
  expect(order(batch, 'retry', {}).servers).toEqual(['web']);
  expect(batch.state.wishes).toEqual({});
  expect(batch.index.record('web')).toMatchObject({ phase: 'waiting', round: 1, roundEndedAt: 1 });
});

test('a server with another source is looked up when it is retried', () => {
  const batch = batchOf({ ...failed, sourceId: 's-before' });
  order(batch, 'retry', { servers: ['web'] });
  expect([...batch.index.lookedUpFirst]).toEqual(['web']);
});

test('a server that is skipped keeps what it was migrated into', () => {
  const batch = batchOf({ ...replaced, migrated: { sourceId: 's-old', image: 'm-1' } });
  order(batch, 'skip', { servers: ['web'] });
  expect(batch.index.record('web')).toMatchObject({
    phase: 'skipped',
    imageId: 'm-1',
    note: 'skipped by me: migrated from source server s-old before',
  });
});

test('a wave is approved once', () => {
  const batch = batchOf(waiting);
  order(batch, 'approve', { wave: 'late' });
  expect(() => order(batch, 'approve', { wave: 'late' })).toThrow('has been approved already');
});

test('limits are reported to the quota at once, as the newest change', () => {
  const batch = batchOf(waiting);
  order(batch, 'setLimits', { maxConcurrent: 3, runningQuota: 4 });
  expect(batch.state).toMatchObject({
    plan: { policy: { maxConcurrent: 3 }, account: { quota: { jobs: 10, running: 4 } } },
    quotaChangedAt: 7,
    holding: { urgent: { hasNewLimits: true } },
  });
});

test('a resume of a stopped batch accepts the failures that it has', () => {
  const stopping = aPlan(['web', 'db'], { stopAfterSameError: 1 });
  const batch = aBatch(stopping, { web: failed });
  expect(order(batch, 'resume', {}).done).toContain('resumed the batch although 1 server has failed');
  expect(batch.state.gates.acceptedCodes).toEqual(['InternalError']);
});

test('all that are synced are cut over when none is named', () => {
  const batch = batchOf(failed, synced);
  expect(order(batch, 'cutOver', {}).servers).toEqual(['db']);
});

const gated = aPlan(
  [
    'web',
    'db',
    aServer('late-1', { wave: 'late' }),
    aServer('late-2', { wave: 'late', dependsOn: ['late-1'] }),
  ],
  { waves: [{ name: 'all' }, { name: 'late', after: 'approval' }] },
);
const done = { phase: 'migrated', round: 1, jobId: 'j-1', endedAt: 1 } as const;

test.each<[string, OrderKind, object, Record<string, ServerRecord>, string, string]>([
  [
    'an approval',
    'approve',
    { wave: 'late' },
    { web: done, db: done },
    "approve wave 'late': 1 server may start, 1 not yet: it depends on late-1 (waiting)",
    "approved wave 'late': 1 server may start, 1 not yet: it depends on late-1 (waiting)",
  ],
  [
    'an approval before its time',
    'approve',
    { wave: 'late' },
    { web: done },
    "approve wave 'late': 0 servers may start, 2 not yet: wave 'all' must end first",
    "approved wave 'late': 0 servers may start, 2 not yet: wave 'all' must end first",
  ],
  [
    'a pause',
    'pause',
    { waves: ['all'] },
    { web: migrating },
    "pause wave 'all': nothing of it starts, 1 server waits; what runs goes on",
    "paused wave 'all': nothing of it starts, 1 server waits; what runs goes on",
  ],
  [
    'a resume',
    'resume',
    { waves: ['all'] },
    {},
    "resume wave 'all': 2 servers may start",
    "resumed wave 'all': 2 servers may start",
  ],
  [
    'a cancel of all',
    'cancel',
    {},
    { web: migrating },
    'cancel the batch: 1 server is under way, running jobs are stopped and deleted; 3 servers wait and will not start',
    'cancelling the batch: 1 server is under way, running jobs are stopped and deleted; 3 servers wait and will not start',
  ],
  [
    'a cancel of some',
    'cancel',
    { servers: ['web', 'db'] },
    { web: migrating },
    'cancel 2 servers (web, db); 1 of them under way, its job is stopped and deleted',
    'cancelling 2 servers (web, db); 1 of them under way, its job is stopped and deleted',
  ],
  [
    'a cancel of several at work',
    'cancel',
    { servers: ['web', 'db'] },
    { web: migrating, db: migrating },
    'cancel 2 servers (web, db); 2 of them under way, their jobs are stopped and deleted',
    'cancelling 2 servers (web, db); 2 of them under way, their jobs are stopped and deleted',
  ],
  [
    'a cancel of one at work',
    'cancel',
    { servers: ['web'] },
    { web: migrating },
    'cancel 1 server (web), which is under way: its job is stopped and deleted',
    'cancelling 1 server (web), which is under way: its job is stopped and deleted',
  ],
  [
    'a cancel of one that waits',
    'cancel',
    { servers: ['db'] },
    {},
    'cancel 1 server (db)',
    'cancelling 1 server (db)',
  ],
  [
    'a retry of one',
    'retry',
    { servers: ['db'] },
    { db: failed },
    'retry 1 server (db)',
    '1 server (db) is tried again',
  ],
  [
    'a retry',
    'retry',
    {},
    { web: failed, db: failed },
    'retry 2 servers (web, db)',
    '2 servers (web, db) are tried again',
  ],
  [
    'a skip',
    'skip',
    { servers: ['db'] },
    {},
    'skip 1 server (db): left out, and counted as done',
    'skipped 1 server (db): left out, and counted as done',
  ],
  [
    'new limits',
    'setLimits',
    { maxConcurrent: 3 },
    {},
    'change the limits: at most 3 servers at once, quota 100 jobs and 50 running, priority 0 (now at most 50 servers at once, quota 100 jobs and 50 running, priority 0); running jobs go on',
    'at most 3 servers at once, quota 100 jobs and 50 running, priority 0; running jobs go on',
  ],
  [
    'a limit above the quota',
    'setLimits',
    { maxConcurrent: 60 },
    {},
    "change the limits: at most 50 servers at once, as the quota allows no more (the batch's own limit is 60), quota 100 jobs and 50 running, priority 0 (now at most 50 servers at once, quota 100 jobs and 50 running, priority 0); running jobs go on",
    "at most 50 servers at once, as the quota allows no more (the batch's own limit is 60), quota 100 jobs and 50 running, priority 0; running jobs go on",
  ],
])('%s says before the question what it will do, and does that', (_, kind, given, records, would, did) => {
  const batch = aBatch(structuredClone(gated), records);
  const whole = { by: 'me', ...given } as Orders[typeof kind];
  const before = JSON.stringify(batch.state);
  expect(tryOrder(batch, kind, whole, 7)).toMatchObject({ would });
  expect(JSON.stringify(batch.state)).toBe(before);
  expect(takeOrder(batch, kind, whole, 7).done).toBe(did);
});

test('an order that will be refused is refused when it is tried, in the same words', () => {
  const batch = batchOf(waiting);
  expect(tryOrder(batch, 'retry', { by: 'me' }, 7)).toEqual({ refused: 'no server has failed' });
  expect(tryOrder(batch, 'dance', { by: 'me' }, 7)).toEqual({ refused: "there is no order 'dance'" });
});

test('a batch can be tried while a changed plan is being looked up', () => {
  const batch = batchOf(waiting);
  batch.state.planChange = { touched: new Set(['web']) };
  expect(tryOrder(batch, 'pause', { by: 'me' }, 7)).toHaveProperty('would');
});

test('who has failed or was synced since the operator was told is left alone', () => {
  const batch = aBatch(gated, { web: failed, db: failed });
  expect(order(batch, 'retry', { agreed: ['web'] }).servers).toEqual(['web']);
  expect(batch.index.phaseOf('db')).toBe('failed');
  expect(() => order(batch, 'retry', { agreed: ['web'] })).toThrow('no server has failed');
  const other = aBatch(aPlan([incremental, { ...incremental, name: 'db-2' }]), {
    db: synced,
    'db-2': synced,
  });
  expect(order(other, 'cutOver', { agreed: ['db'] }).servers).toEqual(['db']);
});
