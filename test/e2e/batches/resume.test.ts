import { batchWorkflowId, quotaWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { changePlanUpdate, planChangesQuery } from '../../../workflows/contract/orders';
import { aHouse, endedCount, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const handleOf = (name: string) => house.client.workflow.getHandle(batchWorkflowId(name));

function expectEachOnce(servers: number): void {
  const { images, creates, jobs } = audit();
  expect(Object.values(images.perSource).map((made) => made.length)).toEqual(Array(servers).fill(1));
  expect(Object.values(creates.perSource)).toEqual(Array(servers).fill(1));
  expect(jobs.leftovers).toEqual([]);
}

test('a batch that was terminated goes on when it is applied again: migrated servers count as migrated, with job, image and times; live jobs are adopted', async () => {
  house = await aHouse({ servers: 10, runningQuota: 4, speed: 1_000 });
  const plan = house.plan(10);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= 3);
  await handleOf(plan.name).terminate('by the test');
  expect(await batch.start(plan)).toBe('started');
  await batch.result();
  const { counts, earlier } = await batch.progress();
  expect(earlier).toBeGreaterThanOrEqual(3);
  expect(counts.migrated).toBe(10);
  for (const server of await batch.servers())
    expect(server).toMatchObject({
      jobId: expect.stringMatching(/^j-/),
      imageId: expect.stringMatching(/^m-/),
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
    });
  expectEachOnce(10);
});

test('with all of Temporal lost, the ledger and the tags are enough: nothing is done twice, our live jobs are adopted', async () => {
  house = await aHouse({ servers: 8, runningQuota: 4, speed: 600 });
  const plan = house.plan(8);
  await house.startWorkerProcess();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= 2 && progress.counts.migrating >= 2);
  // What a lost database means: none of these workflows ever existed.
  await house.killWorkers();
  for await (const { workflowId } of house.client.workflow.list({ query: `SmcBatch = '${plan.name}'` })) {
    await house.client.workflow
      .getHandle(workflowId)
      .terminate()
      .catch(() => undefined);
  }
  await house.client.workflow
    .getHandle(quotaWorkflowId(plan.account.id))
    .terminate()
    .catch(() => undefined);
  await house.startWorkerProcess();
  await batch.start(plan);
  await batch.result();
  const { counts } = await batch.progress();
  expect(counts.migrated).toBe(8);
  expectEachOnce(8);
});

test('a changed plan adds, removes and changes what has not started, and refuses what has', async () => {
  house = await aHouse({ servers: 6, runningQuota: 1, speed: 600 });
  const plan = house.plan(4);
  const six = house.plan(6, { name: plan.name });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  const [running] = await batch.servers({ phases: ['migrating'] });
  const waiting = (await batch.servers({ phases: ['waiting'] })).map(({ server }) => server);

  const spoilt = {
    ...six,
    servers: six.servers.map((s) =>
      s.name === running!.server ? { ...s, job: { ...s.job, imageName: 'other' } } : s,
    ),
  };
  expect((await handleOf(plan.name).query(planChangesQuery, spoilt)).refused).toEqual([
    `server '${running!.server}' is migrating: its imageName cannot change any more`,
  ]);
  await expect(
    handleOf(plan.name).executeUpdate(changePlanUpdate, { args: [{ by: 'tester', plan: spoilt }] }),
  ).rejects.toMatchObject({
    cause: { message: expect.stringContaining('imageName cannot change') },
  });

  const next = { ...six, servers: six.servers.filter(({ name }) => name !== waiting[0]) };
  const answer = await handleOf(plan.name).executeUpdate(changePlanUpdate, {
    args: [{ by: 'tester', plan: next }],
  });
  expect(answer.done).toContain('2 servers added, 1 removed');
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(5);
  expect(audit().images.total).toBe(5);
});

test('of two batches that name the same server the second says which batch holds it', async () => {
  house = await aHouse({ servers: 1, speed: 1 });
  const first = house.plan(1, { name: `first-${Date.now()}` });
  const second = house.plan(1, { name: `second-${Date.now()}` });
  await house.startWorker();
  await house.batch(first).start(first);
  await untilProgress(house.batch(first), ({ counts }) => counts.migrating === 1);
  while (audit().jobs.running === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  await house.batch(second).start(second);
  await house.batch(second).result();
  const [server] = await house.batch(second).servers();
  expect(server).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.InUse', message: expect.stringContaining(`batch '${first.name}'`) },
  });
  house.simulator.account.skip(100_000);
  await house.batch(first).result();
  expectEachOnce(1);
});

test('jobs of an earlier batch count against the quota before anything starts, and the running ones are adopted', async () => {
  house = await aHouse({ servers: 6, jobsQuota: 100, runningQuota: 50, speed: 600 });
  const plan = house.plan(6, { policy: { maxConcurrent: 2 } });
  plan.account.quota = { jobs: 4, running: 2 };
  // The last two run already, another one is Ready.
  for (const [nth, server] of plan.servers.slice(3).entries())
    await house.leaveJob(plan, server, { starts: nth > 0 });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(6);
  expect(audit().jobs.peakExisting).toBeLessThanOrEqual(4);
  expect(audit().jobs.peakRunning).toBe(2);
  expectEachOnce(6);
});

test('a job whose workflow died between the ledger and the deletion is deleted, and its server is migrated once', async () => {
  house = await aHouse({ servers: 1, deletingSeconds: 100_000, speed: 600 });
  const plan = house.plan(1);
  await house.startWorkerProcess();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().calls.perOperation.TagResources !== undefined);
  await house.killWorkers();
  for (const id of [batchWorkflowId(plan.name), serverWorkflowId(plan.name, plan.servers[0]!.name)])
    await house.client.workflow.getHandle(id).terminate('by the test');
  const { account } = house.simulator;
  // As if it had never been asked for.
  for (const job of account.jobList()) account.setStatus(job, 'Finished');
  expect(account.jobs.size).toBe(1);
  account.options.deletingSeconds = 0;
  await house.startWorkerProcess();
  await batch.start(plan);
  await batch.result();
  expectEachOnce(1);
});

test('a migration whose source cannot be tagged is remembered: its job stays as the proof, and the report says so', async () => {
  house = await aHouse({ servers: 1 });
  house.breakThings({ calls: [{ operation: 'TagResources', error: { code: 'NumberExceed.Tags' } }] });
  const plan = house.plan(1);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const [job] = house.simulator.account.jobList();
  expect((await batch.servers())[0]).toMatchObject({
    phase: 'migrated',
    note: expect.stringContaining('could not be tagged as migrated'),
    leftover: { jobId: job!.jobId, why: 'ledgerNotWritten', error: { code: 'NumberExceed.Tags' } },
  });
  expect(job!.status).toBe('Finished');
});
