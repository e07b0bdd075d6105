import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { explainServer } from '../../../workflows/batch/views/explain';
import { aBatch, aPlan } from './a-batch';

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
