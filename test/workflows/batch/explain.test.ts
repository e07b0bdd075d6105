import type { Plan } from '../../../src/plan';
import { accountInOrder } from '../../../workflows/batch/account-trouble';
import { explainServer } from '../../../workflows/batch/explain';
import type { BatchRun } from '../../../workflows/batch/run';
import type { ServerRecord } from '../../../workflows/batch/server-record';
import { BatchServers } from '../../../workflows/batch/servers';

const plan = {
  name: 'dc1',
  policy: { attempts: 3, restartDelaySeconds: 60 },
  waves: [{ name: 'all', overlap: false }],
  servers: [{ name: 'web', wave: 'all', job: {} }],
} as unknown as Plan;

function explained(record: ServerRecord, now: number) {
  const servers = new BatchServers(plan, { web: record }, {});
  const state = { measured: { seconds: 0, diskGiB: 0 }, account: accountInOrder() };
  const run = { plan, servers, state, status: 'running' } as unknown as BatchRun;
  return explainServer(run, 'web', { existing: 1, running: 1 }, now);
}

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
