import type { Plan } from '../../../src/plan';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { approveUpdate, changePlanUpdate } from '../../../workflows/contract/orders';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

const by = 'the tests';
let house: House;
afterEach(() => house?.close());

const withServer = (plan: Plan, name: string, change: Partial<Plan['servers'][number]>): Plan => ({
  ...plan,
  servers: plan.servers.map((server) => (server.name === name ? { ...server, ...change } : server)),
});

test('a server that is declared done counts as migrated everywhere, and the account hears nothing of it', async () => {
  house = await aHouse({ servers: 3 });
  await house.startWorker();
  const drawn = house.plan(3, { waves: [{ name: 'first' }, { name: 'second' }, { name: 'third' }] });
  const [first, second] = drawn.servers;
  const plan: Plan = {
    ...drawn,
    servers: [
      // Its source is not in the account, or never was.
      { ...first!, sourceId: undefined, done: 'm-before' },
      { ...second!, dependsOn: [first!.name] },
      drawn.servers[2]!,
    ],
  };
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(async () => (await batch.status()) === 'COMPLETED');
  const progress = await batch.progress();
  expect(progress).toMatchObject({ counts: { migrated: 3 }, declared: 1, total: 3 });
  expect(progress.earlier).toBeUndefined();
  const report = JSON.parse((await house.run('report', plan.name, '-o', 'json')).stdout);
  expect(report.summary).toMatchObject({ declared: 1, counts: { migrated: 3 } });
  expect(report.servers[0]).toMatchObject({
    phase: 'migrated',
    imageId: 'm-before',
    declared: true,
    note: expect.stringContaining('by other means'),
  });
  expect((await house.run('status', plan.name)).stdout).toContain('1 declared done');
  const { creates, images } = house.simulator.account.audit();
  expect([creates.calls, images.total]).toEqual([2, 2]);
  expect([...house.simulator.account.sources.values()][0]).toMatchObject({ tags: [] });
}, 240_000);

test('done joins a running batch and leaves it again: the server counts at once, and is migrated when it is declared no longer', async () => {
  house = await aHouse({ servers: 3 });
  await house.startWorker();
  const plan = house.plan(3, {
    waves: [{ name: 'first' }, { name: 'second', after: 'approval' }],
    server: (nth) => ({ wave: nth === 0 ? 'first' : 'second' }),
  });
  const { name } = plan.servers[1]!;
  const batch = house.batch(plan);
  const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
  const change = (changed: Plan) => handle.executeUpdate(changePlanUpdate, { args: [{ by, plan: changed }] });
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrated === 1 && counts.waiting === 2);

  await change(withServer(plan, name, { done: 'm-elsewhere' }));
  expect(await batch.progress()).toMatchObject({ counts: { migrated: 2, waiting: 1 }, declared: 1 });
  expect((await batch.servers({ names: [name] }))[0]).toMatchObject({
    imageId: 'm-elsewhere',
    declared: true,
  });

  await change(plan);
  const { declared, counts } = await batch.progress();
  expect([declared, counts.migrated, counts.waiting]).toEqual([undefined, 1, 2]);
  await handle.executeUpdate(approveUpdate, { args: [{ by, wave: 'second' }] });
  await until(async () => (await batch.status()) === 'COMPLETED');
  const { creates, images } = house.simulator.account.audit();
  expect([creates.calls, images.total]).toEqual([3, 3]);
}, 240_000);
