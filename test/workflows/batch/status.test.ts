import type { PlannedServer } from '../../../src/plan';
import { decide } from '../../../workflows/batch/decide';
import { takeOrder } from '../../../workflows/batch/orders/orders';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../workflows/batch/state';
import { statusOf } from '../../../workflows/batch/status';
import { explainServer } from '../../../workflows/batch/views/explain';
import { batchProgress } from '../../../workflows/batch/views/progress';
import { awaitsPerson } from '../../../workflows/contract/views';
import { aBatch, aPlan, aServer, withLease } from './a-batch';

const base = { round: 1, startedAt: 0, sourceId: 's-x' };
const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
const migrating = { ...base, phase: 'migrating', starts: 1, runId: 'r-1' } as const;
const migrated = { ...base, phase: 'migrated', jobId: 'j-1', endedAt: 1 } as const;
const failed = { ...base, phase: 'failed', error, endedAt: 1 } as const;
const cancelled = { ...base, phase: 'cancelled', endedAt: 1 } as const;
const synced = { ...base, phase: 'synced', jobId: 'j-1', runId: 'r-1' } as const;
const recovering = { ...base, phase: 'recovering', jobId: 'j-1', runId: 'r-1' } as const;
const queued = { ...base, phase: 'queued', slotRequest: 1, queuedAt: 1, jobId: 'j-1', runId: 'r-1' } as const;

const approval = [{ name: 'canary' }, { name: 'web', after: 'approval' as const }];
const twoWaves = (web: Partial<PlannedServer> = {}) =>
  aPlan([aServer('a', { wave: 'canary' }), aServer('b', { wave: 'web', ...web })], { waves: approval });
const paused = (order: object) => (batch: Batch) => void takeOrder(batch, 'pause', { by: 'me', ...order }, 0);
const asIs = () => {};
/** Closed at midnight. */
const nightly = { from: '02:00', to: '04:00', timezone: 'UTC' } as never;
const incremental = { job: { regionId: 'cn-hangzhou', runOnce: false, frequency: 12 } };

/** What it says, with free slots, after it has decided. */
function said(batch: Batch) {
  const { status } = decide(withLease(batch, 9), 0);
  const { status: shown, next, estimatedEnd } = batchProgress(batch, 0);
  return { status: status ?? shown, shown, next, estimatedEnd };
}

test.each<[string, Batch, (batch: Batch) => void, string, string[] | undefined]>([
  [
    'a wave that needs its approval',
    aBatch(twoWaves(), { a: migrated }),
    asIs,
    'waiting for approval',
    ['smc-batch approve dc1 web'],
  ],
  [
    'the same with a failed server before it',
    aBatch(twoWaves(), { a: failed }),
    asIs,
    'waiting for approval',
    ['smc-batch approve dc1 web', 'smc-batch retry dc1'],
  ],
  [
    'the same with a server before it that is synced',
    aBatch(twoWaves(), { a: synced }),
    asIs,
    'waiting for approval',
    ['smc-batch approve dc1 web'],
  ],
  ['a pause', aBatch(aPlan(['a'])), paused({}), 'paused', ['smc-batch resume dc1']],
  [
    'a pause of its last wave',
    aBatch(aPlan(['a'])),
    paused({ waves: ['all'] }),
    'paused',
    ['smc-batch resume dc1 --wave all'],
  ],
  [
    'a pause of all that wait',
    aBatch(aPlan(['a', 'b']), { a: migrated }),
    paused({ servers: ['b'] }),
    'paused',
    ['smc-batch resume dc1 b'],
  ],
  [
    'a pause of what would be started again',
    aBatch(aPlan(['a']), { a: queued }),
    paused({ servers: ['a'] }),
    'paused',
    ['smc-batch resume dc1 a'],
  ],
  [
    'a pause of all that wait, while their window is closed',
    aBatch(aPlan(['a'], { waves: [{ name: 'all', window: nightly }] })),
    paused({ servers: ['a'] }),
    'paused',
    ['smc-batch resume dc1 a'],
  ],
  [
    'a cut-over',
    aBatch(aPlan([aServer('a', incremental)]), { a: synced }),
    asIs,
    'waiting for cut-over',
    ['smc-batch cutover dc1'],
  ],
  [
    'failures that stopped it',
    aBatch(aPlan(['a', 'b'], { stopAfterSameError: 1 }), { a: failed }),
    asIs,
    'stopped',
    ['smc-batch retry dc1', 'smc-batch resume dc1'],
  ],
])('a batch that waits for %s says so, names the order and no end', (_, batch, order, status, next) => {
  order(batch);
  expect(said(batch)).toEqual({ status, shown: status, next, estimatedEnd: undefined });
  expect(awaitsPerson).toContain(status);
});

test.each<[string, Batch, (batch: Batch) => void]>([
  ['a server runs beside it', aBatch(twoWaves(), { a: migrating }), asIs],
  ['a job is about to be started again', aBatch(twoWaves(), { a: recovering }), asIs],
  ['another server may start', aBatch(aPlan(['a', 'b'])), paused({ servers: ['b'] })],
  [
    'a window opens by itself',
    aBatch(
      aPlan(['a'], {
        waves: [{ name: 'all', window: nightly }],
      }),
    ),
    asIs,
  ],
  [
    'a start time comes by itself',
    aBatch(aPlan([aServer('a', { job: { regionId: 'r', scheduledStartTime: '2026-01-01T00:00:00Z' } })])),
    asIs,
  ],
  [
    'a cut-over comes by itself',
    aBatch(aPlan([aServer('a', { ...incremental, cutoverAt: '2026-01-01T00:00:00Z' })]), { a: synced }),
    asIs,
  ],
  [
    'its servers have to be looked up',
    aBatch(twoWaves(), { a: { phase: 'waiting', round: 0, lookUp: {} } }),
    asIs,
  ],
])('a batch runs as long as something moves by itself: %s', (_, batch, order) => {
  order(batch);
  expect(said(batch).shown).toBe('running');
});

test('the list in the Temporal UI is told once when a batch begins to wait, and once when it goes on', () => {
  const batch = withLease(aBatch(twoWaves(), { a: migrated }), 9);
  expect([decide(batch, 0).status, decide(batch, 1).status]).toEqual(['waiting for approval', undefined]);
  takeOrder(batch, 'approve', { by: 'me', wave: 'web' }, 2);
  expect([decide(batch, 2).status, decide(batch, 3).status]).toEqual(['running', undefined]);
});

test.each<[string, Record<string, ServerRecord>, object, string, string[] | undefined]>([
  ['migrated every server', { a: migrated, b: migrated }, {}, 'done', undefined],
  ['has failed servers', { a: migrated, b: failed }, {}, 'failed', ['smc-batch apply PLAN']],
  ['has a cancelled server', { a: migrated, b: cancelled }, {}, 'done', ['smc-batch apply PLAN']],
  [
    'was cancelled',
    { a: failed, b: cancelled },
    { cancelRequested: true },
    'cancelled',
    ['smc-batch apply PLAN'],
  ],
])('a batch that has ended and %s says how, and what to type', (_, records, more, outcome, next) => {
  const batch = aBatch(aPlan(['a', 'b']), records, { stage: 'ended', ...more });
  expect(batchProgress(batch, 0)).toMatchObject({ status: 'ended', outcome, next });
});

test('while it runs, failed servers have the same next command in the batch and in explain', () => {
  const batch = withLease(aBatch(aPlan(['a', 'b']), { a: failed, b: migrating }), 9);
  expect(batchProgress(batch, 0)).toMatchObject({ status: 'running', next: ['smc-batch retry dc1'] });
  expect(batchProgress(batch, 0).outcome).toBeUndefined();
  expect(explainServer(batch, 'a', 0).next).toBe('smc-batch retry dc1 a');
});

test('ten thousand servers that run cost the status no walk', () => {
  const servers = Array.from({ length: 10_000 }, (_, i) => `s${i}`);
  const records = Object.fromEntries(servers.map((name) => [name, migrating]));
  const batch = aBatch(aPlan(servers), records);
  const walk = jest.spyOn(batch.index, 'waitingIn');
  expect(statusOf(batch, 0)).toBe('running');
  expect(walk).not.toHaveBeenCalled();
});
