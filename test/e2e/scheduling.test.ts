import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../../src/plan';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { type PauseOrder, pauseUpdate, resumeUpdate } from '../../workflows/contract/orders';
import { explainQuery, journalQuery } from '../../workflows/contract/views';
import { aHouse, endedCount, type House, untilProgress } from './a-house';

let house: House;
afterEach(() => house?.close());

const by = 'tester';
const handleOf = (name: string) => house.client.workflow.getHandle(batchWorkflowId(name));
const explain = (plan: Plan, nth: number) =>
  handleOf(plan.name).query(explainQuery, { server: plan.servers[nth]!.name });
const phases = async (plan: Plan) => (await house.batch(plan).servers()).map(({ phase }) => phase);
const audit = () => house.simulator.account.audit();
const calls = (operation: string) => audit().calls.perOperation[operation]?.accepted ?? 0;
const sourceIds = () => [...house.simulator.account.sources.keys()];

test('no wave that overlaps more than the one before it', async () => {
  house = await aHouse({ servers: 3, jobSeconds: 3_000, speed: 1_000 });
  house.breakThings({ jobs: [{ source: sourceIds()[0]!, slower: 1_000 }] });
  const plan = house.plan(3, {
    waves: [{ name: 'first' }, { name: 'second', overlap: true }, { name: 'third', overlap: true }],
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const passed = await untilProgress(batch, ({ counts }) => counts.migrated === 1);
  expect(passed).toMatchObject({
    counts: { migrating: 1, waiting: 1 },
    waiting: "wave 'first' must end first",
  });
  expect(await explain(plan, 2)).toMatchObject({ phase: 'waiting', why: "wave 'first' must end first" });
  house.simulator.account.skip(3_000_000);
  await batch.result();
  const [first, second, third] = await batch.servers();
  expect(second!.startedAt).toBeLessThan(first!.stoppedRunningAt!);
  expect(third!.startedAt).toBeGreaterThanOrEqual(first!.endedAt!);
  expect(await phases(plan)).toEqual(Array(3).fill('migrated'));
});

test('no job started again while its server or its batch is paused: it waits, says for what, and goes on when that is resumed', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 3_000, speed: 1_000 });
  house.breakThings({ jobs: [{ source: '*', runs: 1, fail: { atProgress: 60 } }] });
  const paused = [0, 1].map((from) => {
    const plan = house.plan(1, { name: `paused-${from}-${Date.now()}`, from });
    const server = plan.servers[0]!.name;
    const order: PauseOrder = from === 0 ? { by, servers: [server] } : { by };
    const why = from === 0 ? 'it is paused' : 'the batch is paused';
    const next = `smc-batch resume ${plan.name}${from === 0 ? ` ${server}` : ''}`;
    return { plan, server, order, why, next, status: from === 0 ? 'running' : 'paused' };
  });
  await house.startWorker();
  for (const { plan, order } of paused) {
    await house.batch(plan).start(plan);
    await untilProgress(house.batch(plan), ({ counts }) => counts.migrating === 1);
    await handleOf(plan.name).executeUpdate(pauseUpdate, { args: [order] });
  }
  for (const { plan, server, why, next, status } of paused) {
    const held = await untilProgress(house.batch(plan), ({ counts }) => counts.queued === 1);
    expect(held).toMatchObject({ status, waiting: `${server}: ${why}` });
    expect(await explain(plan, 0)).toMatchObject({
      phase: 'queued',
      why: `its job waits to be started: ${why}`,
      next,
    });
  }
  await sleep(1_000);
  expect(calls('StartReplicationJob')).toBe(2);
  for (const { plan, order } of paused) {
    await handleOf(plan.name).executeUpdate(resumeUpdate, { args: [order] });
    await house.batch(plan).result();
    expect((await house.batch(plan).servers())[0]).toMatchObject({ phase: 'migrated', starts: 2 });
  }
});

test('no peer of an exclusive group started while another one waits for its source', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 3_000, speed: 1_000 });
  const plan = house.plan(2, { server: () => ({ exclusive: 'pair' }) });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, () => audit().jobs.running === 1);
  const [running] = await batch.servers({ phases: ['migrating'] });
  const other = plan.servers.findIndex(({ name }) => name !== running!.server);
  house.breakThings({ sources: [{ source: running!.sourceId!, offline: true }] });
  await untilProgress(batch, ({ counts }) => counts.recovering === 1);
  expect(await explain(plan, other)).toMatchObject({
    phase: 'waiting',
    why: "another server of its exclusive group 'pair' is under way",
  });
  await sleep(1_000);
  expect(audit().creates.tookEffect).toBe(1);
  house.breakThings({});
  await batch.result();
  const [first, second] = (await batch.servers()).sort((a, b) => a.startedAt! - b.startedAt!);
  expect(second!.startedAt).toBeGreaterThanOrEqual(first!.endedAt!);
  expect(await phases(plan)).toEqual(['migrated', 'migrated']);
});

test('no batch that waits for ever for what depends on a failed server, or takes it up in the wrong order', async () => {
  house = await aHouse({ servers: 3, speed: 6_000 });
  const names = [...house.simulator.account.sources.values()].map(({ name }) => name);
  house.breakThings({ jobs: [{ source: names[0]!, fail: { atProgress: 30 } }] });
  const plan = house.plan(3, {
    policy: { attempts: 1 },
    server: (nth) => ({ dependsOn: nth === 0 ? undefined : [names[nth - 1]!] }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect(await phases(plan)).toEqual(Array(3).fill('failed'));
  expect((await batch.servers()).slice(1).map(({ error }) => error)).toEqual(
    [0, 1].map((nth) => ({
      code: 'DependencyFailed',
      message: `it depends on ${names[nth]}, which is failed`,
      remedy: `Retry ${names[nth]} and ${names[nth + 1]} together.`,
    })),
  );
  expect(audit().creates.tookEffect).toBe(1);

  house.breakThings({});
  expect(await batch.start(plan)).toBe('started');
  await batch.result();
  const servers = await batch.servers();
  expect(servers.map(({ phase }) => phase)).toEqual(Array(3).fill('migrated'));
  for (const nth of [1, 2])
    expect(servers[nth]!.startedAt).toBeGreaterThanOrEqual(servers[nth - 1]!.endedAt!);
});

test('no breaker that trips on unrelated failures, or on a canary that succeeds at its second try', async () => {
  house = await aHouse({ servers: 7, speed: 6_000 });
  const [canary, ...others] = sourceIds();
  house.breakThings({
    jobs: [
      { source: canary!, runs: 1, fail: { atProgress: 30 } },
      { source: others[0]!, fail: { atProgress: 30, errorCode: 'InternalError' } },
      { source: others[1]!, fail: { atProgress: 30, errorCode: 'DiskError' } },
    ],
  });
  const plan = house.plan(7, {
    policy: { attempts: 2, stopAfterSameError: 2 },
    waves: [
      { name: 'canary', failureThreshold: { count: 0 } },
      { name: 'web', failureThreshold: { share: 0.5 } },
      { name: 'rest' },
    ],
    server: (nth) => ({ wave: nth === 0 ? 'canary' : nth <= 4 ? 'web' : 'rest' }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect((await batch.progress()).counts).toMatchObject({ migrated: 5, failed: 2 });
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', starts: 2 });
  const said = (await handleOf(plan.name).query(journalQuery)).map(({ what }) => what);
  expect(said.filter((what) => what.includes('stopped'))).toEqual([]);
});

test('no breaker that counts one failure once for each server that depends on it', async () => {
  house = await aHouse({ servers: 6, speed: 6_000 });
  const names = [...house.simulator.account.sources.values()].map(({ name }) => name);
  house.breakThings({ jobs: [{ source: names[0]!, fail: { atProgress: 30 } }] });
  const plan = house.plan(6, {
    policy: { attempts: 1, stopAfterSameError: 3 },
    waves: [{ name: 'a' }, { name: 'b' }],
    server: (nth) => ({ wave: nth < 4 ? 'a' : 'b', dependsOn: nth > 0 && nth < 4 ? [names[0]!] : undefined }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect(await phases(plan)).toEqual([...Array(4).fill('failed'), 'migrated', 'migrated']);
});

test('no job started again in a batch that has stopped: the operator decides on it, too', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 3_000, speed: 1_000 });
  const [broken, canary] = sourceIds();
  house.breakThings({
    jobs: [
      { source: broken!, runs: 1, fail: { atProgress: 90 } },
      { source: canary!, fail: { atProgress: 10 } },
    ],
  });
  const plan = house.plan(2, {
    policy: { attempts: 2 },
    waves: [{ name: 'one', failureThreshold: { count: 0 } }],
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const stopped = await untilProgress(
    batch,
    ({ status, counts }) => status === 'stopped' && counts.queued === 1,
  );
  expect(stopped.waiting).toContain("wave 'one' has 1 of 2 servers failed");
  await handleOf(plan.name).executeUpdate(resumeUpdate, { args: [{ by }] });
  await batch.result();
  expect((await batch.progress()).counts).toMatchObject({ migrated: 1, failed: 1 });
});

test('no slots held by a batch that may not use them, while another one waits', async () => {
  house = await aHouse({ servers: 12, runningQuota: 4, jobSeconds: 3_000, speed: 1_000 });
  const narrow = house.plan(5, { server: () => ({ exclusive: 'db' }) });
  const wide = house.plan(7, { name: `${narrow.name}-wide`, from: 5 });
  await house.startWorker();
  const [first, second] = [house.batch(narrow), house.batch(wide)];
  await first.start(narrow);
  await second.start(wide);
  const shared = await untilProgress(second, (progress) => endedCount(progress) >= 2);
  expect((await first.progress()).counts.migrating).toBeLessThanOrEqual(1);
  expect(shared.slots.cap.running).toBeGreaterThanOrEqual(3);
  await Promise.all([first.result(), second.result()]);
  expect(audit().images.total).toBe(12);
  expect(audit().jobs.peakRunning).toBeLessThanOrEqual(4);
});

test('a server starts at its scheduledStartTime and not before, by us alone; one in the past starts at once', async () => {
  house = await aHouse({ servers: 3, speed: 6_000 });
  const at = Math.ceil(Date.now() / 1_000) * 1_000 + 40_000;
  const times = [new Date(at).toISOString().replace('.000', ''), '2020-01-01T00:00:00Z', undefined];
  const plan = house.plan(3, { server: (nth) => ({ job: { scheduledStartTime: times[nth] } }) });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const name = plan.servers[0]!.name;
  const waiting = await untilProgress(
    batch,
    ({ status, counts }) => status === 'running' && counts.waiting === 1,
  );
  expect(waiting.waiting).toBe(`${name}: its scheduledStartTime is ${times[0]}`);
  expect(await explain(plan, 0)).toMatchObject({
    why: `its scheduledStartTime is ${times[0]}`,
    nextStartAt: at,
  });
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(3);
  expect((await batch.servers())[0]!.startedAt).toBeGreaterThanOrEqual(at);
  // SMC refuses a time in the past.
  expect(audit().creates).toMatchObject({ calls: 3, tookEffect: 3 });
});
