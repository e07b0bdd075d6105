import { checkOrder, type OrderKind, type Orders, takeOrder } from '../../../workflows/batch/orders/orders';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../workflows/batch/state';
import { aBatch, aPlan, aServer } from './a-batch';

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
  ['skip', { servers: ['web'] }, migrating, "server 'web' is migrating: it is under way"],
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
    { at: 7, by: 'me', what: 'paused web: nothing of it starts; what runs goes on' },
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
  expect(order(batch, 'resume', {}).done).toContain('resumed the batch although 1 servers have failed');
  expect(batch.state.gates.acceptedCodes).toEqual(['InternalError']);
});

test('all that are synced are cut over when none is named', () => {
  const batch = batchOf(failed, synced);
  expect(order(batch, 'cutOver', {}).servers).toEqual(['db']);
});
