import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { serverFailure } from '../../../workflows/contract/ends/server-end';
import { aWorkbench, closeAll } from '../a-workbench';

afterEach(closeAll);

const report = { kind: 'wantsSlot', server: 'web-01', round: 1, slotRequest: 1 } as const;
const lease = {
  batch: 'dc1',
  firstRunId: 'run-1',
  taskQueue: 'test',
  nth: 1,
  since: 1,
  syncs: 0,
  idle: 0,
  seq: 1,
  held: { existing: 1, running: 1 },
  demand: { existing: 2, running: 2 },
  priority: 0,
  quota: { jobs: 100, running: 50, changedAt: 0 },
};

const none = { existing: 0, running: 0 };

/** A client of workflows in these states; all others are not found. */
function aClientOf(
  states: Record<
    string,
    { status: string; result?: unknown; failure?: Error; memo?: object; taskQueue?: string }
  >,
  unreachable = false,
) {
  const sent: unknown[] = [];
  const find = (id: string) => {
    if (unreachable) throw new Error('the server is not reachable');
    if (!states[id]) throw new WorkflowNotFoundError('no such workflow', id, undefined);
    return states[id];
  };
  const workflow = {
    getHandle: (id: string) => ({
      signal: async ({ name }: { name: string }, input: unknown) => {
        find(id);
        sent.push([id, name, input]);
      },
      describe: async () => ({
        status: { name: find(id).status },
        memo: find(id).memo,
        taskQueue: find(id).taskQueue ?? 'test',
      }),
      result: async () => {
        const { result, failure } = find(id);
        if (failure) throw new WorkflowFailedError('failed', failure, 'NON_RETRYABLE_FAILURE');
        return result;
      },
    }),
    signalWithStart: async (type: string, options: unknown) => sent.push([type, options]),
  };
  return { client: { workflow }, sent };
}

test('the batch gets a report as a signal', async () => {
  const { client, sent } = aClientOf({ 'smc-batch:dc1': { status: 'RUNNING' } });
  await (await aWorkbench({ client })).run('tellBatch', { batch: 'dc1', ...report });
  expect(sent).toEqual([['smc-batch:dc1', 'serverReported', report]]);
});

test('a batch that is not there any more is no failure; a Temporal that cannot be reached is one', async () => {
  const nobody = await aWorkbench(aClientOf({}));
  await nobody.run('tellBatch', { batch: 'dc1', ...report });
  await nobody.run('returnLease', { account: 'default', batch: 'dc1', left: none });
  const away = await aWorkbench(aClientOf({}, true));
  await expect(away.run('tellBatch', { batch: 'dc1', ...report })).rejects.toThrow('not reachable');
  await expect(away.run('returnLease', { account: 'default', batch: 'dc1', left: none })).rejects.toThrow(
    'not reachable',
  );
});

test('a lease is reported to the quota of the account, which is started for it', async () => {
  const { client, sent } = aClientOf({ 'smc-quota:default': { status: 'RUNNING' } });
  const bench = await aWorkbench({ client });
  await bench.run('reportLease', { account: 'default', report: lease });
  expect(sent).toEqual([
    [
      'accountQuota',
      expect.objectContaining({
        workflowId: 'smc-quota:default',
        taskQueue: 'test',
        args: [{ account: 'default', taskQueue: 'test' }],
        signalArgs: [lease],
      }),
    ],
  ]);
  await bench.run('returnLease', { account: 'default', batch: 'dc1', left: none });
  expect(sent[1]).toEqual(['smc-quota:default', 'leaseReturned', { batch: 'dc1', left: none }]);
});

test("a quota that another task queue's workers keep gets no report: the answer names that queue", async () => {
  const { client, sent } = aClientOf({ 'smc-quota:default': { status: 'RUNNING', taskQueue: 'q2' } });
  const bench = await aWorkbench({ client });
  expect(await bench.run('reportLease', { account: 'default', report: lease })).toEqual({ keptBy: 'q2' });
  expect(sent).toEqual([]);
});

test('ended batches are those that do not run or are not known', async () => {
  const bench = await aWorkbench(
    aClientOf({ 'smc-batch:a': { status: 'RUNNING' }, 'smc-batch:b': { status: 'COMPLETED' } }),
  );
  expect(await bench.run('findEndedBatches', { batches: ['a', 'b', 'c'] })).toEqual(['b', 'c']);
});

test('ended servers are found, with their results where they have one', async () => {
  const result = { outcome: 'migrated', jobId: 'j-1' };
  const error = { code: 'S1', message: 'no rsync', remedy: 'Install it.' };
  const failed = { outcome: 'failed' as const, error, jobId: 'j-2' };
  const leftover = { jobId: 'j-3', why: 'notSeen' };
  const bench = await aWorkbench(
    aClientOf({
      'smc-server:dc1/runs': { status: 'RUNNING' },
      'smc-server:dc1/done': { status: 'COMPLETED', result },
      'smc-server:dc1/broken': { status: 'FAILED', failure: serverFailure(failed) },
      'smc-server:dc1/given-up': { status: 'CANCELLED', memo: { jobId: 'j-3', leftover } },
      'smc-server:dc1/killed': { status: 'TERMINATED' },
    }),
  );
  const servers = ['runs', 'done', 'broken', 'given-up', 'killed', 'unknown'];
  expect(await bench.run('findEndedServers', { batch: 'dc1', servers })).toEqual([
    { server: 'done', result },
    { server: 'broken', result: failed },
    { server: 'given-up', result: { outcome: 'cancelled', jobId: 'j-3', leftover } },
    { server: 'killed' },
    { server: 'unknown' },
  ]);
});
