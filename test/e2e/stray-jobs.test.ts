import type { Plan } from '../../src/plan';
import { batchWorkflowId } from '../../workflows/ids';
import { changePlanUpdate, journalQuery } from '../../workflows/messages';
import { aHouse, type House, untilProgress } from './a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const sourceIds = () => [...house.simulator.account.sources.keys()];

test('no quota exceeded by jobs whose servers have left the plan or got another source, and nobody waits for them for ever', async () => {
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
  const waiting = await untilProgress(batch, ({ waiting }) => waiting?.includes('makes room') ?? false);
  expect(waiting).toMatchObject({
    strayJobs: 3,
    waiting: `all 3 jobs this batch may have exist, 3 of them left behind: smc-batch cleanup ${plan.name} makes room`,
    counts: { waiting: 3 },
  });
  expect(audit().creates.tookEffect).toBe(3);
  const journal = await house.client.workflow.getHandle(batchWorkflowId(plan.name)).query(journalQuery);
  expect(journal.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/belong to no server of its plan: .*gone-1.*smc-batch cleanup/),
  );
  expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(0);
  await batch.result();
  expect(await batch.progress()).toMatchObject({ strayJobs: 0, counts: { migrated: 3 } });
  expect(audit().jobs).toMatchObject({ leftovers: [], peakExisting: 3 });
});

test('no batch kept waiting by kept jobs of its own that were cleaned up meanwhile', async () => {
  house = await aHouse({ servers: 4 });
  const plan = house.plan(4, { waves: [{ name: 'first' }, { name: 'second' }] });
  plan.account.quota = { jobs: 2, running: 2 };
  for (const server of plan.servers.slice(2)) await house.leaveJob(plan, server);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ waiting }) => waiting?.includes('jobs this batch may have exist') ?? false);
  expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(0);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(4);
  expect(audit().jobs).toMatchObject({ leftovers: [], peakExisting: 2 });
});

test('no job forgotten when its server leaves the plan of a running batch', async () => {
  house = await aHouse({ servers: 2, runningQuota: 1, speed: 600 });
  const plan = house.plan(2, { waves: [{ name: 'first' }, { name: 'second' }] });
  const [first, last] = plan.servers;
  const jobId = await house.leaveJob(plan, last!);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  await changePlan({ ...plan, servers: [first!] });
  expect((await batch.progress()).strayJobs).toBe(1);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(1);
  expect(audit().jobs.leftovers).toMatchObject([{ jobId, status: 'Ready' }]);
});

test('no wrong server migrated after a correction: a waiting server that names another source is looked up again', async () => {
  const names = ['busy', 'wrong', 'right'];
  house = await aHouse({ servers: names.map((name) => ({ name })), runningQuota: 1, speed: 600 });
  const waves = [{ name: 'first' }, { name: 'second' }];
  const plan = house.plan(2, { waves });
  const [busy, web] = plan.servers;
  const named = (sourceName: string) => ({
    ...plan,
    servers: [busy!, { ...web!, name: 'web', sourceId: undefined, sourceName }],
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(named('wrong'));
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  await changePlan(named('right'));
  await batch.result();
  const sourceOf = (name: string) => house.simulator.account.sourceNames.get(name)!;
  expect(Object.keys(audit().images.perSource).sort()).toEqual([sourceOf('busy'), sourceOf('right')].sort());
});

const changePlan = (plan: Plan) =>
  house.client.workflow
    .getHandle(batchWorkflowId(plan.name))
    .executeUpdate(changePlanUpdate, { args: [{ by: 'tester', plan }] });
