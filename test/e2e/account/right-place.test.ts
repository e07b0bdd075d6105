import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchClient } from '../../../src/batch-client/batch-client';
import type { JobStatus } from '../../../src/simulator/jobs/replication-job';
import { aHouse, type House, until, untilProgress } from '../house/a-house';
import { runCli } from '../house/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-place-'));
afterAll(() => rmSync(folder, { recursive: true }));

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const statuses = () =>
  house.simulator.account
    .jobList()
    .map(({ status }) => status)
    .sort();

/** A Temporal server that has never heard of the batch: to a command, another namespace is one. */
async function elsewhere(): Promise<string> {
  const namespace = 'elsewhere';
  const { workflowService } = house.client;
  const isThere = () =>
    workflowService.describeNamespace({ namespace }).then(
      () => true,
      () => false,
    );
  if (!(await isThere()))
    await workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } })
      .catch(() => undefined);
  await until(isThere);
  return namespace;
}

const cleanupIn = (namespace: string, batch: string, ...more: string[]) =>
  runCli(['cleanup', batch, '--yes', '-o', 'json', ...more], {
    env: { ...house.env, NO_COLOR: '1', TEMPORAL_NAMESPACE: namespace },
  });

test('a clean-up where another Temporal is set leaves the jobs of a live batch alone, and says what to do', async () => {
  house = await aHouse({ servers: 3, jobSeconds: 1_000, speed: 1 });
  const plan = house.plan(3);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 3);
  const { code, stdout, stderr } = await cleanupIn(await elsewhere(), plan.name);
  expect({ code, jobs: JSON.parse(stdout) }).toEqual({
    code: 3,
    jobs: Array(3).fill(
      expect.objectContaining({
        outcome: 'left',
        reason: expect.stringContaining('does not know the batch'),
      }),
    ),
  });
  expect(stderr).toContain('TEMPORAL_ADDRESS');
  expect(stderr).toContain(`smc-batch cleanup ${plan.name} --temporal-lost`);
  expect(audit().calls.perOperation).not.toHaveProperty('StopReplicationJob');
  house.simulator.account.skip(2_000);
  await batch.result();
  expect(audit()).toMatchObject({ images: { total: 3 }, jobs: { leftovers: [] } });
});

test('of a batch that Temporal does not know only what is over is cleaned up, unless its Temporal is said to be lost', async () => {
  house = await aHouse({ servers: 6, jobSeconds: 1_000, speed: 1 });
  const { account } = house.simulator;
  const plan = house.plan(6);
  const at: JobStatus[] = ['Ready', 'Stopped', 'InError', 'Waiting', 'Expired', 'Finished'];
  for (const [i, server] of plan.servers.entries()) {
    const jobId = await house.leaveJob(plan, server, { starts: at[i] === 'Finished' });
    if (at[i] !== 'Finished') account.setStatus(account.jobs.get(jobId)!, at[i]!);
  }
  account.skip(2_000);
  expect(statuses()).toEqual([...at].sort());
  expect((await house.run('cleanup', plan.name, '--dry-run', '-o', 'json')).code).toBe(0);
  const cleaned = await house.run('cleanup', plan.name, '--yes', '-o', 'json');
  expect(cleaned.code).toBe(3);
  expect(statuses()).toEqual(['InError', 'Ready', 'Stopped', 'Waiting']);
  expect(audit().calls.perOperation.TagResources?.accepted).toBe(1);
  const lost = await house.run('cleanup', plan.name, '--yes', '--temporal-lost', '-o', 'json');
  expect({ code: lost.code, left: statuses() }).toEqual({ code: 0, left: [] });
});

test('a batch of the same name that has ended here proves nothing of jobs that it never had', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 10, speed: 1_000 });
  const { account } = house.simulator;
  const [plan, next] = [house.plan(1), house.plan(1, { from: 1 })];
  await house.startWorker();
  await house.batch(plan).start(plan);
  await house.batch(plan).result();
  house.breakThings({ jobs: [{ source: '*', slower: 100_000 }] });
  await house.leaveJob(next, next.servers[0]!, { starts: true });
  expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(3);
  expect(account.jobList()).toHaveLength(1);
});

test("orders, views and apply find a batch's workers on its own task queue, whatever the shell is set to", async () => {
  house = await aHouse({ servers: 1 });
  const [source] = house.simulator.account.sources.keys();
  const { SMC_TASK_QUEUE: queue, ...unset } = house.env;
  const name = `batch-of-${queue}`;
  const file = join(folder, 'plan.yaml');
  writeFileSync(
    file,
    `version: 1
name: ${name}
account: { id: ${name} }
defaults: { regionId: cn-hangzhou, systemDiskSize: 500, vSwitchId: vsw-simulator-a, netMode: 2 }
waves: [{ name: later, after: approval }]
servers: [{ sourceId: ${source}, name: web }]
`,
  );
  const another = { ...house.env, SMC_TASK_QUEUE: 'another' };
  const run = (...args: string[]) => runCli(args, { env: another });
  await house.startWorkerProcess();
  expect(await house.run('apply', file, '--yes')).toMatchObject({ code: 0 });
  await untilProgress(
    batchClient(house.client, name),
    ({ waiting }) => waiting?.includes('approval') ?? false,
  );
  const again = await run('apply', file, '--yes');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(`runs on task queue '${queue}'`) });
  for (const [command, ...more] of [
    ['status'],
    ['report'],
    ['explain', 'web'],
    ['pause', '--yes'],
    ['resume', '--yes'],
  ])
    expect(await run(command!, name, ...more)).toMatchObject({ code: 0 });
  expect(await run('approve', name, 'later', '--yes')).toMatchObject({ code: 0 });
  expect(await run('watch', name)).toMatchObject({ code: 0 });
  await house.killWorkers();

  const elsewhere = await runCli(['apply', file, '--yes'], { env: unset });
  expect(elsewhere).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`SMC_TASK_QUEUE=${queue} smc-batch apply`),
  });
  expect(await batchClient(house.client, name).status()).toBe('COMPLETED');
});
