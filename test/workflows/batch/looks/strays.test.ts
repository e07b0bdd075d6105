import { decide } from '../../../../workflows/batch/decide';
import {
  betweenLooksMs,
  strayLook,
  takeStrays,
  takeStrayTrouble,
} from '../../../../workflows/batch/looks/strays';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../../workflows/batch/state';
import { aBatch, aPlan, withLease } from '../a-batch';

const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
const kept = { jobId: 'j-1', why: 'keptByPolicy' } as const;
const failed = { phase: 'failed', round: 1, error, sourceId: 's-a', leftover: kept } as const;
const stray = { jobId: 'j-9', server: 'gone', sourceId: 's-9' };

/** What the account has: these jobs; those that are missing were expected and are not listed. */
const look = (batch: Batch, jobs: object[], missing: string[] = [], now = 0) =>
  takeStrays(
    batch,
    strayLook(batch),
    { jobs: jobs as (typeof stray)[], missing, pollIntervalSeconds: 10 },
    now,
  );

test('a job of a server that is not in the plan is a stray: it takes its slots, and the journal says so once', () => {
  const batch = aBatch(aPlan(['a']));
  look(batch, [{ ...stray, runs: true }]);
  look(batch, [{ ...stray, runs: true }]);
  expect(batch.index.inUse).toEqual({ existing: 1, running: 1 });
  expect(batch.state.journal.map(({ what }) => what)).toEqual([
    expect.stringContaining(
      'j-9 (gone); it counts against the quota until it is deleted: smc-batch cleanup dc1',
    ),
  ]);
});

test('a job that is missing once stands, twice it is gone', () => {
  const batch = aBatch(aPlan(['a', 'b']), { a: failed, b: { phase: 'waiting', round: 1, jobId: 'j-2' } });
  expect(strayLook(batch).expected.map(({ jobId }) => jobId)).toEqual(['j-1', 'j-2']);
  look(batch, [], ['j-1', 'j-2']);
  expect(batch.index.inUse.existing).toBe(2);
  look(batch, [], ['j-1', 'j-2']);
  expect(batch.index.inUse.existing).toBe(0);
  expect(batch.index.record('b')).toMatchObject({ phase: 'waiting', jobId: undefined });
});

test.each<[string, ServerRecord, object, boolean]>([
  ['its own', failed, { jobId: 'j-1', server: 'a', sourceId: 's-a' }, false],
  [
    'another one of a server that has ended long ago',
    failed,
    { jobId: 'j-2', server: 'a', sourceId: 's-a' },
    true,
  ],
  [
    'one of a server that has just ended',
    { ...failed, startedAt: 1, endedAt: 5 },
    { jobId: 'j-2', server: 'a', sourceId: 's-a' },
    false,
  ],
  [
    'one of a server at work',
    { phase: 'migrating', round: 1 },
    { jobId: 'j-2', server: 'a', sourceId: 's-a' },
    false,
  ],
  [
    'one of another source',
    { phase: 'migrating', round: 1, sourceId: 's-a' },
    { jobId: 'j-2', server: 'a', sourceId: 's-b' },
    true,
  ],
])('a job that is %s: a stray is one that no server has', (_, record, job, isStray) => {
  const batch = aBatch(aPlan(['a']), { a: record });
  look(batch, [job], [], 1_000_000 - 999_000);
  if (isStray) look(batch, [job], [], 1_000_000);
  expect(batch.index.strays.existing).toBe(isStray ? 1 : 0);
});

test('a server that waits takes a job of its own up that was listed late', () => {
  const batch = aBatch(aPlan(['a']));
  look(batch, [{ jobId: 'j-1', server: 'a', sourceId: 's-a', runs: true }]);
  expect(batch.index.record('a')).toMatchObject({ phase: 'waiting', jobId: 'j-1', jobRuns: true });
});

describe('while such jobs keep servers waiting', () => {
  const full = () => withLease(aBatch(aPlan(['a', 'b']), { a: failed }), 1, 9);

  test('the account is asked again, after a while that doubles as long as nothing changes', () => {
    const batch = full();
    expect(decide(batch, 0)).toMatchObject({ strays: undefined, wakeAt: 60_000 });
    expect(decide(batch, 60_000).strays?.expected).toEqual([{ jobId: 'j-1', sourceId: 's-a' }]);
    expect(decide(batch, 60_000).strays).toBeUndefined();
    look(batch, [{ jobId: 'j-1', server: 'a', sourceId: 's-a' }]);
    expect(betweenLooksMs(batch)).toBe(40_000);
    look(batch, [], ['j-1']);
    expect(betweenLooksMs(batch)).toBe(20_000);
    look(batch, [], ['j-1']);
    expect(decide(batch, 61_000).wishes).toMatchObject([{ kind: 'start', server: 'b' }]);
  });

  test('an account that does not let us ask is asked again, and the journal says why once', () => {
    const batch = full();
    decide(batch, 0);
    decide(batch, 60_000);
    takeStrayTrouble(batch, error, 60_000);
    takeStrayTrouble(batch, error, 60_000);
    const told = batch.state.journal.filter(({ what }) => what.includes('could not be asked for jobs'));
    expect(told).toHaveLength(1);
    const next = decide(batch, 60_000).wakeAt!;
    expect(decide(batch, next).strays ?? decide(batch, 500_000).strays).toBeDefined();
  });

  test('with room for all, or with nothing that waits, it is not asked', () => {
    decide(full(), 0);
    const roomy = withLease(aBatch(aPlan(['a', 'b']), { a: failed }), 9);
    decide(roomy, 0);
    expect(decide(roomy, 10_000_000).strays).toBeUndefined();
  });
});
