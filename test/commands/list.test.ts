import type { Client } from '@temporalio/client';
import { listBatches } from '../../src/actions/batch/list';
import { captured } from '../plan/captured';
import { aBatch, aServer } from '../report/a-batch';

const { progress } = aBatch([
  aServer(),
  aServer({ server: 'web-02', phase: 'migrating', endedAt: undefined }),
]);

const anExecution = (batch: string, status: string, phase?: string) => ({
  workflowId: `smc-batch:${batch}`,
  status: { name: status },
  startTime: new Date('2026-03-01T22:00:00Z'),
  memo: { servers: 2 },
  typedSearchAttributes: { get: () => phase },
});

const executions = [
  anExecution('dc2', 'RUNNING', 'paused'),
  anExecution('dc1', 'COMPLETED', 'ended'),
  anExecution('dc1', 'TERMINATED', 'running'),
];

/** Temporal with these batches, newest first. */
function aClient(known = executions, hasWorker = true): Client {
  const lastAccessTime = { seconds: Date.now() / 1000 };
  return {
    options: { namespace: 'default' },
    withDeadline: (_: number, ask: () => unknown) => ask(),
    workflowService: { describeTaskQueue: async () => ({ pollers: hasWorker ? [{ lastAccessTime }] : [] }) },
    workflow: {
      async *list() {
        yield* known;
      },
      getHandle: () => ({ query: async () => progress }),
    },
  } as unknown as Client;
}

test('each batch is a line, with its newest run alone', async () => {
  const { stdout } = await captured(() => listBatches(aClient(), 'text'));
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['batch', 'status', 'started', 'servers'],
    ['dc2', 'paused', '2026-03-01T22:00:00.000Z', '1 migrating, 1 migrated of 2 servers'],
    ['dc1', 'completed', '2026-03-01T22:00:00.000Z', '2 servers'],
    [''],
  ]);
});

test('-o json lists the same; without a worker there are no counts', async () => {
  const { stdout } = await captured(() => listBatches(aClient(executions, false), 'json'));
  const started = '2026-03-01T22:00:00.000Z';
  expect(JSON.parse(stdout)).toEqual([
    { batch: 'dc2', status: 'running', phase: 'paused', started, servers: 2 },
    { batch: 'dc1', status: 'completed', phase: 'ended', started, servers: 2 },
  ]);
});

test('an account without batches is a sentence, and an empty list as JSON', async () => {
  expect((await captured(() => listBatches(aClient([]), 'text'))).stdout).toBe(
    'There are no batches. Start one with: smc-batch apply PLAN\n',
  );
  expect((await captured(() => listBatches(aClient([]), 'json'))).stdout).toBe('[]\n');
});
