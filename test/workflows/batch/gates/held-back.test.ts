import { decide } from '../../../../workflows/batch/decide';
import { takeOrder } from '../../../../workflows/batch/orders/orders';
import { takeStarted } from '../../../../workflows/batch/server-workflow';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { BatchState } from '../../../../workflows/batch/state';
import { takeReport } from '../../../../workflows/batch/take-report';
import { aBatch, aPlan, aServer, withLease } from '../a-batch';
import { error, failed, migrated, migrating, sent, servers, synced, waiting } from '../records';

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
