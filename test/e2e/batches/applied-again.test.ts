import type { Plan } from '../../../src/plan';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { changePlanUpdate, cutOverUpdate, retryUpdate, skipUpdate } from '../../../workflows/contract/orders';
import { journalQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const by = 'tester';
const audit = () => house.simulator.account.audit();
const account = () => house.simulator.account;
const handleOf = ({ name }: Plan) => house.client.workflow.getHandle(batchWorkflowId(name));
const terminate = (plan: Plan) => handleOf(plan).terminate('by the test');
const retry = (plan: Plan, servers?: string[]) =>
  handleOf(plan).executeUpdate(retryUpdate, { args: [{ by, servers }] });
const changePlan = (plan: Plan) => handleOf(plan).executeUpdate(changePlanUpdate, { args: [{ by, plan }] });
const refusalOf = (order: Promise<unknown>) =>
  order.then(
    () => undefined,
    (error: { cause?: Error }) => error.cause?.message,
  );
const seen = async (plan: Plan, name: string) => (await house.batch(plan).servers({ names: [name] }))[0]!;

/** As an operator unregisters a server that has been migrated. */
const decommission = (sourceId: string) => account().dropSource(account().sources.get(sourceId)!);
const imported = (name: string) => account().addSource({ name }).sourceId;

const incremental = { runOnce: false, frequency: 168, maxNumberOfImageToKeep: 1 };
/** The last wave keeps the batch at work until it is approved. */
const gated = [{ name: 'first' }, { name: 'last', after: 'approval' as const }];

test('a synced server stays synced when its batch is applied again: it holds no running slot, and the next wave starts', async () => {
  house = await aHouse({ servers: ['a', 'b', 'c'].map((name) => ({ name })), runningQuota: 1 });
  const plan = house.plan(3, {
    waves: [{ name: 'first' }, { name: 'second' }],
    server: (nth) => (nth === 0 ? { wave: 'first', job: incremental } : { wave: 'second' }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start({
    ...plan,
    waves: plan.waves.map((wave) => ({
      ...wave,
      ...(wave.name === 'second' && { after: 'approval' as const }),
    })),
  });
  await untilProgress(batch, ({ counts }) => counts.synced === 1);
  await terminate(plan);
  await batch.start(plan);
  const done = await untilProgress(batch, ({ counts }) => counts.migrated === 2);
  expect(done.counts.synced).toBe(1);
  const name = plan.servers[0]!.name;
  await handleOf(plan).executeUpdate(cutOverUpdate, { args: [{ by, servers: [name] }] });
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(3);
  expect(Object.values(audit().creates.perSource)).toEqual([1, 1, 1]);
  expect(audit().jobs).toMatchObject({ leftovers: [], peakRunning: 1 });
});

test('a synced job that lost its workflow is synced again once its batch is applied, and not started anew', async () => {
  house = await aHouse({ servers: [{ name: 'file' }], runningQuota: 1 });
  const plan = house.plan(1, { waves: gated, server: () => ({ wave: 'first', job: incremental }) });
  const jobId = await house.leaveJob(plan, plan.servers[0]!, { starts: true });
  account().skip(100_000);
  expect(account().jobs.get(jobId)!.status).toBe('Waiting');
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const progress = await untilProgress(batch, ({ counts }) => counts.synced === 1);
  expect(progress.slots.inUse).toEqual({ existing: 1, running: 0 });
  expect(audit().creates.tookEffect).toBe(1);
});

test('a server whose source is imported after all is migrated when it is retried', async () => {
  house = await aHouse({ servers: [{ name: 'web' }, { name: 'rest' }] });
  const plan = house.plan(2, { waves: gated });
  const [web, rest] = plan.servers;
  const late = { ...web!, name: 'late', sourceId: undefined, sourceName: 'late-source' };
  const gone = { ...web!, name: 'gone', sourceId: undefined, sourceName: 'never' };
  const start = { ...plan, servers: [late, gone, { ...rest!, wave: 'last' }] };
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(start);
  await untilProgress(batch, ({ counts }) => counts.failed === 2);
  expect(await seen(plan, 'late')).toMatchObject({
    error: {
      code: 'SourceServer.NotFound',
      remedy: expect.stringMatching(/skip the server.*retry the server/s),
    },
  });
  const sourceId = imported('late-source');
  await retry(plan);
  await untilProgress(batch, ({ counts }) => counts.migrated === 1 && counts.failed === 1);
  expect(await seen(plan, 'late')).toMatchObject({ phase: 'migrated', sourceId });
  expect(await seen(plan, 'gone')).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.NotFound' },
  });
  // A correction of the plan counts at the next retry.
  const corrected = { ...gone, sourceName: 'web' };
  await changePlan({ ...start, servers: [late, corrected, start.servers[2]!] });
  await retry(plan, ['gone']);
  await untilProgress(batch, ({ counts }) => counts.migrated === 2);
  expect(await seen(plan, 'gone')).toMatchObject({ sourceId: web!.sourceId });
  expect(audit().images.total).toBe(2);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('a migrated server whose source was decommissioned counts as migrated, with its image, and what depends on it starts', async () => {
  house = await aHouse({ servers: [{ name: 'db' }, { name: 'app' }] });
  const both = house.plan(2);
  const [db, app] = both.servers;
  const plan = { ...both, servers: [db!] };
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const [made] = audit().images.perSource[db!.sourceId!]!;
  decommission(db!.sourceId!);
  await batch.start({ ...both, servers: [db!, { ...app!, dependsOn: ['db'] }] });
  await batch.result();
  expect(await seen(plan, 'db')).toMatchObject({
    phase: 'migrated',
    earlier: true,
    imageId: made!.imageId,
    note: expect.stringContaining('not in the account any more'),
  });
  expect(await seen(plan, 'app')).toMatchObject({ phase: 'migrated' });
  expect(audit().images.total).toBe(2);
});

test('a source that was imported again is not migrated a second time before an operator says so', async () => {
  house = await aHouse({ servers: [{ name: 'web' }, { name: 'file' }, { name: 'rest' }] });
  const byName = (name: string) => ({ sourceId: undefined, sourceName: name });
  const whole = house.plan(3, { waves: gated });
  const servers = whole.servers.map((server) => ({ ...server, wave: 'first', ...byName(server.name) }));
  const plan = { ...whole, servers: servers.slice(0, 2) };
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const olds = whole.servers.slice(0, 2).map(({ sourceId }) => sourceId!);
  const images = olds.map((old) => audit().images.perSource[old]![0]!.imageId);
  olds.forEach(decommission);
  const news = ['web', 'file'].map(imported);
  await batch.start({ ...plan, servers: [...plan.servers, { ...servers[2]!, wave: 'last' }] });
  await untilProgress(batch, ({ counts }) => counts.failed === 2);
  expect(await seen(plan, 'web')).toMatchObject({
    error: {
      code: 'SourceServer.Replaced',
      message: `it was migrated as ${images[0]} from source server ${olds[0]}; its source is now ${news[0]}`,
    },
  });
  expect(await refusalOf(retry(plan))).toContain('by its name');
  expect(audit().images.total).toBe(2);
  await handleOf(plan).executeUpdate(skipUpdate, { args: [{ by, servers: ['file'] }] });
  expect(await seen(plan, 'file')).toMatchObject({ phase: 'skipped', imageId: images[1] });
  await retry(plan, ['web']);
  await untilProgress(batch, ({ counts }) => counts.migrated === 1);
  expect(await seen(plan, 'web')).toMatchObject({ phase: 'migrated', sourceId: news[0] });
  expect(audit().images.total).toBe(3);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('a plan may add servers, and drop or change migrated ones, while its batch runs: nothing is migrated twice or forgotten', async () => {
  house = await aHouse({ servers: 6 });
  const plan = house.plan(4, { waves: gated, server: (nth) => ({ wave: nth < 3 ? 'first' : 'last' }) });
  const [dropped, changed, moved, rest] = plan.servers;
  const [extra, elsewhere] = house.plan(2, { from: 4 }).servers;
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrated === 3);
  const image = (await seen(plan, dropped!.name)).imageId;
  await changePlan({
    ...plan,
    servers: [
      { ...changed!, job: { ...changed!.job, imageName: 'other' } },
      { ...moved!, sourceId: elsewhere!.sourceId },
      rest!,
      { ...extra!, wave: 'first' },
    ],
  });
  await untilProgress(batch, ({ counts }) => counts.migrated === 2 && counts.failed === 1);
  expect(await seen(plan, moved!.name)).toMatchObject({ error: { code: 'SourceServer.Replaced' } });
  expect(audit().images.perSource[elsewhere!.sourceId!]).toBeUndefined();
  const journal = (await handleOf(plan).query(journalQuery)).map(({ what }) => what).join('\n');
  expect(journal).toContain(
    `left the plan: ${dropped!.name} (migrated as ${image} from ${dropped!.sourceId})`,
  );
  await retry(plan, [moved!.name]);
  await untilProgress(batch, ({ counts }) => counts.migrated === 3);
  expect(Object.values(audit().images.perSource).map((made) => made.length)).toEqual([1, 1, 1, 1, 1]);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('a server that ends while its batch is still being looked up is known as migrated, and migrated once', async () => {
  house = await aHouse({ servers: 2, speed: 600 });
  const plan = house.plan(2);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 2);
  await terminate(plan);
  house.breakThings({ calls: [{ operation: 'DescribeSourceServers', error: { code: 'InternalError' } }] });
  await batch.start(plan);
  const server = house.client.workflow.getHandle(serverWorkflowId(plan.name, plan.servers[0]!.name));
  await until(async () => (await server.describe()).status.name === 'COMPLETED');
  house.breakThings({});
  await batch.result();
  const { counts } = await batch.progress();
  expect(counts.migrated + counts.skipped).toBe(2);
  expect(Object.values(audit().creates.perSource)).toEqual([1, 1]);
  expect(audit().jobs.leftovers).toEqual([]);
});
