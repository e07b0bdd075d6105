import { decide } from '../../../../workflows/batch/decide';
import { takeOrder } from '../../../../workflows/batch/orders/orders';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../../workflows/batch/state';
import { statusOf } from '../../../../workflows/batch/status';
import { explainServer } from '../../../../workflows/batch/views/explain';
import { batchProgress } from '../../../../workflows/batch/views/progress';
import { aBatch, aPlan, aServer, withLease } from '../a-batch';

const errorOf = (code: string) => ({ code, message: 'broken', remedy: 'Retry it.' });
const base = { round: 1, startedAt: 0, sourceId: 's-x' };
const migrating = { ...base, phase: 'migrating', starts: 1, runId: 'r-1' } as const;
const migrated = { ...base, phase: 'migrated', jobId: 'j-1', endedAt: 1 } as const;
const recovering = { ...base, phase: 'recovering', jobId: 'j-1', error: errorOf('InternalError') } as const;
const finishing = { ...base, phase: 'finishing', jobId: 'j-1' } as const;
const failedWith = (code: string): ServerRecord => ({
  ...base,
  phase: 'failed',
  error: errorOf(code),
  endedAt: 1,
});
const queued = { ...base, phase: 'queued', slotRequest: 1, jobId: 'j-1', queuedAt: 0, runId: 'r-1' } as const;

const started = (batch: Batch) =>
  decide(withLease(batch, 9), 0)
    .wishes.filter(({ kind }) => kind === 'start')
    .map(({ server }) => server);
const inWaves = (...waves: string[]) => waves.map((wave, i) => aServer(`s${i + 1}`, { wave }));

test('a wave overlaps the one before it and no other one', () => {
  const waves = [{ name: 'a' }, { name: 'b', overlap: true }, { name: 'c', overlap: true }];
  const batch = aBatch(aPlan(inWaves('a', 'b', 'c'), { waves }), { s1: migrating, s2: migrated });
  expect(started(batch)).toEqual([]);
  expect(explainServer(batch, 's3', 0).why).toBe("wave 'a' must end first");
  expect(batchProgress(batch, 0).waiting).toBe("wave 'a' must end first");
});

test('a wave that overlaps waits until all of the one before have started', () => {
  const waves = [{ name: 'a' }, { name: 'b', overlap: true }];
  const plan = aPlan(inWaves('a', 'a', 'b'), { waves, maxConcurrent: 1 });
  expect(started(aBatch(plan, { s1: migrated }))).toEqual(['s2']);
  const two = aPlan(inWaves('a', 'a', 'b'), { waves });
  expect(started(aBatch(two, { s1: migrating, s2: migrating }))).toEqual(['s3']);
});

test.each([
  ['migrating', migrating],
  ['recovering', recovering],
  ['queued', queued],
  ['finishing', finishing],
] as const)('the others of a group wait for a server that is %s', (_, record) => {
  const plan = aPlan([aServer('a', { exclusive: 'g' }), aServer('b', { exclusive: 'g' })]);
  const batch = aBatch(plan, { a: record });
  expect(started(batch)).toEqual([]);
  expect(explainServer(batch, 'b', 0).why).toBe("another server of its exclusive group 'g' is under way");
});

describe('a breaker', () => {
  const waves = [{ name: 'canary', failureThreshold: { count: 0 } }, { name: 'rest' }];

  test.each([
    ['two failures of two kinds', { s1: failedWith('A'), s2: failedWith('B') }, ['s3']],
    ['two failures of one kind', { s1: failedWith('A'), s2: failedWith('A') }, []],
    [
      'a failure and one that follows from it',
      { s1: failedWith('A'), s2: { ...failedWith('A'), isConsequence: true } as ServerRecord },
      ['s3'],
    ],
  ])('of two failures of one kind meets %s', (_, records, expected) => {
    expect(started(aBatch(aPlan(['s1', 's2', 's3'], { stopAfterSameError: 2 }), records))).toEqual(expected);
  });

  test.each([
    ['one that broke and is started again', recovering, 'running'],
    ['one that failed', failedWith('A'), 'stopped'],
    ['one that is cleaned up after its last attempt', { ...finishing, error: errorOf('A') }, 'stopped'],
  ] as const)('of a wave without failures meets %s', (_, s1, status) => {
    const batch = aBatch(aPlan(inWaves('canary', 'canary', 'rest'), { waves }), { s1, s2: migrated });
    decide(withLease(batch, 9), 0);
    expect(statusOf(batch, 0)).toBe(status);
  });

  test('holds restarts back as well, until the operator decides', () => {
    const batch = withLease(
      aBatch(aPlan(inWaves('canary', 'canary'), { waves }), { s1: failedWith('A'), s2: queued }),
      9,
    );
    expect(decide(batch, 0)).toMatchObject({ wishes: [], status: 'stopped' });
    expect(batchProgress(batch, 0).waiting).toContain("wave 'canary' has 1 of 2 servers failed");
    takeOrder(batch, 'resume', { by: 'me' }, 0);
    expect(decide(withLease(batch, 9), 0).wishes).toMatchObject([{ kind: 'grant', server: 's2' }]);
  });

  test('says once that it has stopped the batch', () => {
    const batch = aBatch(aPlan(['s1', 's2'], { stopAfterSameError: 1 }), { s1: failedWith('A') });
    for (let i = 0; i < 3; i++) decide(batch, i);
    expect(batch.state.journal.filter(({ what }) => what.startsWith('stopped'))).toHaveLength(1);
  });
});

test.each([
  [{ servers: ['a'] }, 'it is paused', 'smc-batch resume dc1 a'],
  [{ waves: ['all'] }, "wave 'all' is paused", 'smc-batch resume dc1 --wave all'],
  [{}, 'the batch is paused', 'smc-batch resume dc1'],
])('a job that could be started again says what holds it back, and what to type: %j', (order, why, next) => {
  const batch = withLease(aBatch(aPlan(['a']), { a: queued }), 9);
  takeOrder(batch, 'pause', { by: 'me', ...order }, 0);
  expect(decide(batch, 0).wishes).toEqual([]);
  expect(explainServer(batch, 'a', 0)).toMatchObject({ why: `its job waits to be started: ${why}`, next });
  expect(batchProgress(batch, 0).waiting).toBe(`a: ${why}`);
  takeOrder(batch, 'resume', { by: 'me', ...order }, 0);
  expect(decide(withLease(batch, 9), 0).wishes).toMatchObject([{ kind: 'grant', server: 'a' }]);
});

test('one server is paused while the others start', () => {
  const batch = aBatch(aPlan(['a', 'b', 'c']));
  takeOrder(batch, 'pause', { by: 'me', servers: ['b'] }, 0);
  expect(started(batch)).toEqual(['a', 'c']);
});

test('a lower maxConcurrent breaks nothing that runs, and starts nothing before there is room', () => {
  const batch = aBatch(aPlan(['a', 'b', 'c']), { a: migrating, b: migrating });
  takeOrder(batch, 'setLimits', { by: 'me', maxConcurrent: 1 }, 0);
  expect(decide(withLease(batch, 9), 0).wishes).toEqual([]);
  batch.index.set('a', migrated);
  expect(started(batch)).toEqual([]);
  batch.index.set('b', migrated);
  expect(started(batch)).toEqual(['c']);
});
