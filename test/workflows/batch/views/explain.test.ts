import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { takeReport } from '../../../../workflows/batch/take-report';
import { explainServer } from '../../../../workflows/batch/views/explain';
import { wish } from '../../../../workflows/batch/wishes';
import { aBatch, aPlan, withLease } from '../a-batch';

const explained = (record: ServerRecord, now: number) =>
  explainServer(aBatch(aPlan(['web']), { web: record }), 'web', now);

test('a server whose job broke says when it is started again, later at each start, and nothing once that is over', () => {
  const broken: ServerRecord = {
    phase: 'recovering',
    round: 1,
    jobId: 'j-1',
    stoppedRunningAt: 1_000,
    nextStartAt: 61_000,
  };
  expect(explained(broken, 2_000).nextStartAt).toBe(61_000);
  expect(explained({ ...broken, nextStartAt: 121_000 }, 2_000).nextStartAt).toBe(121_000);
  expect(explained(broken, 62_000).nextStartAt).toBeUndefined();
});

test('what to do next is the remedy while only that can bring a server on, and a command once it has failed', () => {
  const error = { code: 'SourceServer.Unavailable', message: 'away', remedy: 'Start its client.' };
  const broken = { phase: 'recovering', round: 1, jobId: 'j-1', nextStartAt: 61_000, error } as const;
  expect(explained(broken, 2_000).next).toBeUndefined();
  expect(explained(broken, 62_000).next).toBe('Start its client.');
  expect(explained({ phase: 'failed', round: 1, error }, 2_000).next).toBe('smc-batch retry dc1 web');
});

test.each([
  ['no cancel', undefined, 'migrated', 'it has been migrated'],
  ['a cancel of the server', 'server', 'migrated', 'it was migrated before the cancel could stop its job'],
  ['a cancel of the batch', 'batch', 'migrated', 'it was migrated before the cancel could stop its job'],
  ['a cancel that came in time', 'server', 'cancelled', 'it was cancelled'],
] as const)('a server that ends after %s says what came of it', (_, cancelled, outcome, why) => {
  const migrating = { phase: 'migrating', round: 1, startedAt: 0, runId: 'r-1' } as const;
  const batch = aBatch(aPlan(['web']), { web: migrating });
  if (cancelled === 'server') wish(batch, 'web', 'cancel', 1);
  if (cancelled === 'batch') batch.state.cancelRequested = true;
  takeReport(batch, { kind: 'ended', server: 'web', round: 1, result: { outcome, jobId: 'j-1' } }, 2);
  expect(explainServer(batch, 'web', 3).why).toBe(why);
});

const synced = { phase: 'synced', round: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1' } as const;
test.each<[string, [number, number], Record<string, ServerRecord>, string]>([
  ['others have all', [0, 0], {}, "the account's quota is used up by other batches or other tools"],
  [
    'others have all that may run',
    [2, 0],
    {},
    "the account's quota is used up by other batches or other tools",
  ],
  [
    'its own job is in the way, and others run',
    [1, 0],
    { a: synced },
    'the only job this batch may have exists',
  ],
  ['its own job is in the way', [1, 1], { a: synced }, 'the only job this batch may have exists'],
])('a server says which slot it waits for: %s', (_, [existing, running], records, why) => {
  const batch = withLease(aBatch(aPlan(['a', 'b']), records), existing, running);
  const lastReport = { demand: { existing: 2, running: 2 }, syncs: 0, idle: 0, at: 0, nth: 1 };
  batch.state.holding = { ...batch.state.holding, lastReport };
  expect(explainServer(batch, 'b', 1).why).toContain(why);
});
