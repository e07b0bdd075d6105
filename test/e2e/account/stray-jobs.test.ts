import type { Plan } from '../../../src/plan';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { changePlanUpdate, retryUpdate } from '../../../workflows/contract/orders';
import { journalQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const sourceIds = () => [...house.simulator.account.sources.keys()];

test('jobs whose servers have left the plan, or got another source, keep their slots until they are gone', async () => {
  house = await aHouse({ servers: 6 });
  const plan = house.plan(3);
  plan.account.quota = { jobs: 3, running: 2 };
  const elsewhere = sourceIds().slice(3);
  const [moved] = plan.servers;
  for (const [i, name] of [moved!.name, 'gone-1', 'gone-2'].entries())
    await house.leaveJob(plan, { name, sourceId: elsewhere[i] });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const waiting = await untilProgress(batch, ({ waiting }) => waiting?.includes('left behind') ?? false);
  expect(waiting).toMatchObject({
    strayJobs: 3,
    waiting: `all 3 jobs this batch may have exist, 3 of them left behind: smc-batch cleanup ${plan.name}`,
    counts: { waiting: 3 },
  });
  expect(audit().creates.tookEffect).toBe(3);
  expect((await journalOf(plan)).map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/belong to no server of its plan: .*gone-1.*smc-batch cleanup/),
  );
  // The account may be asked again, but not by us for a while: the batch waits on, and says so.
  house.breakThings({ calls: [{ operation: 'ListTagResources', error: { code: 'Forbidden.RAM' } }] });
  await until(async () => JSON.stringify(await journalOf(plan)).includes('could not be asked for'));
  house.breakThings({});
  expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(0);
  await batch.result();
  expect(await batch.progress()).toMatchObject({ strayJobs: 0, counts: { migrated: 3 } });
  expect(audit().jobs).toMatchObject({ leftovers: [], peakExisting: 3 });
});

test('cleanup deletes the old job of a server that migrates from another source, and spares the new one', async () => {
  house = await aHouse({ servers: 2, speed: 1 });
  const plan = house.plan(1);
  const stray = await house.leaveJob(plan, { name: plan.servers[0]!.name, sourceId: sourceIds()[1] });
  await house.startWorker();
  await house.batch(plan).start(plan);
  await until(() => audit().jobs.running === 1);
  const cleaned = await house.run('cleanup', plan.name, '--yes', '-o', 'json');
  const outcomes = JSON.parse(cleaned.stdout) as { jobId: string; outcome: string }[];
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['deleted', 'under way']);
  expect(outcomes.find(({ outcome }) => outcome === 'deleted')!.jobId).toBe(stray);
  expect(audit().jobs.running).toBe(1);
});

test('a batch that is cancelled while a changed plan is looked up ends', async () => {
  house = await aHouse({ servers: 3, runningQuota: 1, speed: 600 });
  const plan = house.plan(2);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  house.breakThings({ calls: [{ operation: 'DescribeSourceServers', error: { code: 'InternalError' } }] });
  const changed = changePlan(house.plan(3)).then(
    () => 'changed',
    (error: { cause?: Error }) => error.cause?.message,
  );
  await until(() => (audit().calls.perOperation.DescribeSourceServers?.refused.InternalError ?? 0) > 0);
  await expect(changePlan(house.plan(3))).rejects.toMatchObject({
    cause: { message: expect.stringContaining('under way') },
  });
  await batch.cancel();
  house.breakThings({});
  expect(await changed).toContain('is being cancelled');
  await expect(batch.result()).rejects.toThrow();
  expect((await batch.progress()).total).toBe(2);
  expect(audit().jobs.leftovers).toEqual([]);
});

test("each source gets its own image: a server's name that an earlier batch still migrates from another source is refused", async () => {
  house = await aHouse({ servers: 3, speed: 100 });
  const waves = [{ name: 'first' }, { name: 'second', after: 'approval' as const }];
  const plan = house.plan(2, { waves });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 1);
  const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
  await handle.terminate('by the test');
  const [web, rest] = plan.servers;
  await batch.start({ ...plan, servers: [{ ...web!, sourceId: sourceIds()[2]! }, rest!] });
  const refused = async () => (await batch.servers())[0]?.error?.code === 'ServerUnderWay';
  await until(refused);
  await handle.executeUpdate(retryUpdate, { args: [{ by: 'tester', servers: [web!.name] }] });
  await untilProgress(batch, ({ counts }) => counts.failed === 1);
  expect(await refused()).toBe(true);
  house.simulator.account.skip(100_000);
  const earlier = house.client.workflow.getHandle(serverWorkflowId(plan.name, web!.name));
  await until(async () => (await earlier.describe()).status.name === 'COMPLETED');
  await handle.executeUpdate(retryUpdate, { args: [{ by: 'tester', servers: [web!.name] }] });
  // Now it is known as migrated, from the other source: the operator has to say so once more.
  await until(async () => (await batch.servers())[0]?.error?.code === 'SourceServer.Replaced');
  await handle.executeUpdate(retryUpdate, { args: [{ by: 'tester', servers: [web!.name] }] });
  await until(() => audit().jobs.running === 1);
  house.simulator.account.skip(100_000);
  await untilProgress(batch, ({ counts }) => counts.migrated === 1);
  expect(Object.keys(audit().images.perSource).sort()).toEqual([web!.sourceId, sourceIds()[2]].sort());
});

test("the slots of another batch's jobs that were cleaned up are used at once", async () => {
  house = await aHouse({ servers: 2, speed: 1 });
  const quota = { jobs: 2, running: 2 };
  const first = house.plan(1, { name: `first-${Date.now()}` });
  const second = house.plan(1, { name: `second-${Date.now()}`, from: 1 });
  for (const plan of [first, second]) plan.account.quota = quota;
  await house.leaveJob(first, { name: 'gone', sourceId: second.servers[0]!.sourceId });
  await house.startWorker();
  await house.batch(first).start(first);
  await until(() => audit().jobs.running === 1);
  await house.batch(second).start(second);
  await untilProgress(house.batch(second), ({ waiting }) => waiting?.includes('used up') ?? false);
  expect((await house.run('cleanup', first.name, '--yes')).code).toBe(0);
  await until(() => audit().jobs.running === 2);
  expect(audit().jobs.peakExisting).toBe(2);
});

test('a server is refused under a second name in a running batch', async () => {
  house = await aHouse({ servers: [{ name: 'web' }, { name: 'busy' }], runningQuota: 1, speed: 600 });
  const plan = house.plan(2);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  const [web] = plan.servers;
  const twin = { ...web!, name: 'twin', sourceId: undefined, sourceName: 'web' };
  await changePlan({ ...plan, servers: [...plan.servers, twin] });
  expect((await batch.servers({ names: ['twin'] }))[0]).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.Ambiguous', message: expect.stringContaining("already 'web'") },
  });
  await batch.result();
  expect(audit().images.total).toBe(2);
});

const handleOf = (plan: Plan) => house.client.workflow.getHandle(batchWorkflowId(plan.name));
const journalOf = (plan: Plan) => handleOf(plan).query(journalQuery);
const changePlan = (plan: Plan) =>
  handleOf(plan).executeUpdate(changePlanUpdate, { args: [{ by: 'tester', plan }] });
