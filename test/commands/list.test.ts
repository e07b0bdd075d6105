import type { Client } from '@temporalio/client';
import { listBatches } from '../../src/actions/batch/list';
import { zonedTime } from '../../src/report';
import { captured } from '../plan/captured';
import { aBatch, aServer } from '../report/a-batch';

const { progress } = aBatch([
  aServer(),
  aServer({ server: 'web-02', phase: 'migrating', endedAt: undefined }),
]);

const anExecution = (batch: string, status: string, phase?: string, counts?: object) => ({
  workflowId: `smc-batch:${batch}`,
  status: { name: status },
  startTime: new Date('2026-03-01T22:00:00Z'),
  memo: { servers: 2, counts },
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
    ['dc2', 'paused', zonedTime(Date.parse('2026-03-01T22:00:00Z')), '1 migrating, 1 migrated of 2 servers'],
    ['dc1', 'ended', zonedTime(Date.parse('2026-03-01T22:00:00Z')), '2 servers'],
    [''],
  ]);
});

test.each([
  ['COMPLETED', 'ended', { migrated: 2 }, 'ended', '2 migrated of 2 servers'],
  ['FAILED', 'ended', { migrated: 1, failed: 1 }, 'ended', '1 migrated, 1 failed of 2 servers'],
  // Its plan has got a server since its start.
  ['FAILED', 'ended', { migrated: 2, failed: 1 }, 'ended', '2 migrated, 1 failed of 3 servers'],
  ['CANCELLED', 'cancelled', { cancelled: 2 }, 'cancelled', '2 cancelled of 2 servers'],
  ['FAILED', 'surveying', undefined, 'could not start', '2 servers; no such zone'],
  ['TERMINATED', 'running', undefined, 'terminated', '2 servers; no such zone'],
])(
  'a batch whose workflow is %s in phase %s says how it has ended: %j',
  async (status, phase, counts, shown, servers) => {
    const client = aClient([anExecution('dc1', status, phase, counts)]);
    client.workflow.result = () => Promise.reject(new Error('failed', { cause: new Error('no such zone') }));
    const { stdout } = await captured(() => listBatches(client, 'text'));
    const [, row] = stdout.split('\n');
    expect(row!.split(/ {2,}/)).toEqual([
      'dc1',
      shown,
      zonedTime(Date.parse('2026-03-01T22:00:00Z')),
      servers,
    ]);
  },
);

test.each([
  ['RUNNING', 'waiting for approval', undefined, 'dc1  next: smc-batch approve dc1 web'],
  ['RUNNING', 'running', undefined, 'dc1  next: smc-batch approve dc1 web'],
  ['FAILED', 'ended', { migrated: 1, failed: 1 }, 'dc1  next: smc-batch apply PLAN'],
  ['COMPLETED', 'ended', { migrated: 2 }, undefined],
])('below the table is what to type for a batch that is %s, %s', async (status, phase, counts, said) => {
  const waits = { ...progress, next: ['smc-batch approve dc1 web'] };
  const client = aClient([anExecution('dc1', status, phase, counts)]);
  client.workflow.getHandle = () => ({ query: async () => waits }) as never;
  const { stdout } = await captured(() => listBatches(client, 'text'));
  expect(stdout.split('\n').slice(2).filter(Boolean)).toEqual(said ? [said] : []);
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
