import { tellWorkingAccount } from '../../../activities';
import { createSmcClient, createTransport } from '../../../src/smc';
import { aWorkbench, closeAll, failureOf, letPass, ourRunningJob } from '../a-workbench';

afterEach(closeAll);

const refused = (operation: string, code: string) => ({
  calls: [{ operation, error: { code, httpStatus: 403 } }],
});

/** The workbench in a server's workflow of a batch, and what that batch was told of the account. */
async function inBatch(batch: string) {
  const bench = await aWorkbench({ jobSeconds: 1_000 });
  const environment = () => {
    const mock = bench.environment(1);
    Object.assign(mock.context.info.workflowExecution!, { workflowId: `smc-server:${batch}/web-01` });
    return mock;
  };
  const { accessKeyId, accessKeySecret } = bench.account.options.credentials;
  const transport = createTransport({
    endpoint: bench.simulator.endpoint,
    credentials: async () => ({ accessKeyId, accessKeySecret }),
  });
  const worker = createSmcClient(tellWorkingAccount(transport));
  const told = () =>
    bench.told
      .filter(({ signal }) => signal === 'accountReported')
      .map(({ workflowId, args }) => ({ workflowId, ...(args[0] as object) }));
  return { bench, told, worker, run: () => bench.runIn(environment()) };
}

test('a batch gets few reports of an account that refuses many calls, and one when it is over', async () => {
  const { bench, told, worker, run } = await inBatch('told');
  bench.breakThings(refused('*', 'InvalidSecurityToken.Expired'));
  for (let nth = 0; nth < 20; nth++) await failureOf(run()('startReplicationJob', { jobId: 'j-1' }));
  expect(told()).toEqual([
    {
      workflowId: 'smc-batch:told',
      worker: expect.any(String),
      error: expect.objectContaining({ code: 'InvalidSecurityToken.Expired', requestId: expect.any(String) }),
    },
  ]);
  letPass(45);
  await failureOf(run()('startReplicationJob', { jobId: 'j-1' }));
  expect(told()).toHaveLength(2);

  bench.breakThings({});
  await worker.describeReplicationJobs({ pageSize: 1 });
  expect(told().at(-1)).toEqual({ workflowId: 'smc-batch:told', worker: expect.any(String) });
  await worker.describeReplicationJobs({ pageSize: 1 });
  expect(told()).toHaveLength(3);
  await worker.close();
});

test('a permission that is missing is over when that operation succeeds, not when another one does', async () => {
  const { bench, told, worker, run } = await inBatch('permission');
  const jobId = await ourRunningJob(bench);
  bench.breakThings(refused('DeleteReplicationJob', 'Forbidden.RAM'));
  await failureOf(run()('deleteReplicationJob', { jobId }));
  await worker.describeReplicationJobs({ pageSize: 1 });
  expect(told()).toHaveLength(1);
  bench.breakThings({});
  await worker.deleteReplicationJob({ jobId }).catch(() => undefined);
  bench.account.skip(5_000);
  await worker.deleteReplicationJob({ jobId });
  expect(told()).toHaveLength(2);
  await worker.close();
});

test.each(['awaitReplicationJob', 'stopReplicationJob', 'watchWaitingJob'] as const)(
  '%s lets another worker look when the account refuses this one, and takes the refusal for no look',
  async (activity) => {
    const { bench, run } = await inBatch('looks');
    const jobId = await ourRunningJob(bench);
    bench.breakThings(refused('DescribeReplicationJobs', 'InvalidAccessKeyId.NotFound'));
    const of = { batch: 'looks', server: 'web-01', round: 1, start: 1, jobId };
    const input = {
      awaitReplicationJob: { ...of, stallTimeoutSeconds: 1 },
      stopReplicationJob: { jobId, report: { ...of, end: 'Stopped' as const } },
      watchWaitingJob: { ...of, frequency: 12 },
    }[activity];
    const failure = await failureOf(run()(activity, input as never));
    expect(failure).toMatchObject({ type: 'InvalidAccessKeyId.NotFound', isRetried: true, class: 'account' });
    expect(bench.told.filter(({ signal }) => signal === 'serverReported')).toEqual([]);
  },
);
