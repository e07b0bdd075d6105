import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import {
  approveUpdate,
  cancelUpdate,
  cutOverUpdate,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../../../workflows/contract/orders';
import { explainQuery, journalQuery } from '../../../workflows/contract/views';
import { aHouse, endedCount, type House, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const by = 'tester';
const handleOf = (name: string) => house.client.workflow.getHandle(batchWorkflowId(name));
const phases = async (plan: { name: string }) =>
  (await house.batch(plan as never).servers()).map(({ phase }) => phase);
const audit = () => house.simulator.account.audit();

test('a wave that waits for approval says so and starts only when it is approved', async () => {
  house = await aHouse({ servers: 4, speed: 6_000 });
  const plan = house.plan(4, { waves: [{ name: 'canary' }, { name: 'rest', after: 'approval' }] });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const waiting = await untilProgress(batch, (progress) => endedCount(progress) === 2);
  expect(waiting.waiting).toBe(`wave 'rest' waits for approval: smc-batch approve ${plan.name} rest`);
  await expect(
    handleOf(plan.name).executeUpdate(approveUpdate, { args: [{ by, wave: 'canary' }] }),
  ).rejects.toMatchObject({
    cause: { message: "wave 'canary' needs no approval" },
  });
  expect(audit().creates.tookEffect).toBe(2);
  await handleOf(plan.name).executeUpdate(approveUpdate, { args: [{ by, wave: 'rest' }] });
  await batch.result();
  expect(await phases(plan)).toEqual(Array(4).fill('migrated'));
  expect(await handleOf(plan.name).query(journalQuery)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ by, what: expect.stringContaining("approved wave 'rest': ") }),
    ]),
  );
});

test('a canary that fails stops the batch; a retry after the cause is removed lets it go on', async () => {
  house = await aHouse({ servers: 5, speed: 6_000 });
  const [canary] = [...house.simulator.account.sources.values()];
  house.breakThings({ jobs: [{ source: canary!.sourceId, fail: { atProgress: 10 } }] });
  const plan = house.plan(5, {
    policy: { attempts: 1 },
    waves: [{ name: 'canary', failureThreshold: { count: 0 } }, { name: 'rest' }],
    server: (nth) => ({ wave: nth === 0 ? 'canary' : 'rest' }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const stopped = await untilProgress(
    batch,
    ({ status, counts }) => status === 'stopped' && counts.failed === 1,
  );
  expect(stopped.waiting).toContain("wave 'canary' has 1 of 1 servers failed, more than its threshold of 0");
  expect(audit().creates.tookEffect).toBe(1);
  const file = join(mkdtempSync(join(tmpdir(), 'smc-batch-plan-')), 'plan.json');
  const { name, account, servers } = plan;
  const defaults = { regionId: 'cn-hangzhou', vSwitchId: 'vsw-simulator-a', netMode: 2, systemDiskSize: 500 };
  const waves = [{ name: 'canary' }, { name: 'rest' }];
  const entries = servers.map((server) => ({
    name: server.name,
    wave: server.wave,
    sourceId: server.sourceId,
  }));
  writeFileSync(file, JSON.stringify({ version: 1, name, account, defaults, waves, servers: entries }));
  const previewed = JSON.parse((await house.run('preview', file, '-o', 'json')).stdout);
  expect(previewed.servers[0]).toMatchObject({
    verdict: 'nothing',
    phase: 'failed',
    next: `smc-batch retry ${plan.name} ${plan.servers[0]!.name}`,
  });
  expect(previewed).toMatchObject({ counts: { create: 4, nothing: 1 }, running: { refused: [] } });
  house.breakThings({});
  await handleOf(plan.name).executeUpdate(retryUpdate, { args: [{ by }] });
  await batch.result();
  expect(await phases(plan)).toEqual(Array(5).fill('migrated'));
  expect(audit().jobs.leftovers).toEqual([]);
});

test('pausing breaks no running work, starts nothing more, and resuming goes on', async () => {
  house = await aHouse({ servers: 6, runningQuota: 2, speed: 1_000 });
  const plan = house.plan(6);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  // A server that migrates may not have its job yet.
  await untilProgress(batch, () => audit().jobs.running === 2);
  await handleOf(plan.name).executeUpdate(pauseUpdate, { args: [{ by }] });
  const created = audit().creates.tookEffect;
  const paused = await untilProgress(batch, ({ counts }) => counts.migrating + counts.finishing === 0);
  expect(paused).toMatchObject({
    status: 'paused',
    waiting: 'the batch is paused',
    counts: { migrated: created },
  });
  await sleep(1_000);
  expect(audit().creates.tookEffect).toBe(created);
  await handleOf(plan.name).executeUpdate(resumeUpdate, { args: [{ by }] });
  await batch.result();
  expect(await phases(plan)).toEqual(Array(6).fill('migrated'));
});

test('single servers are cancelled, skipped and explained; orders that make no sense are refused with the reason', async () => {
  house = await aHouse({ servers: 4, runningQuota: 1, speed: 600 });
  const plan = house.plan(4);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  const running = (await batch.servers({ phases: ['migrating'] }))[0]!.server;
  const waiting = (await batch.servers({ phases: ['waiting'] })).map(({ server }) => server);
  const handle = handleOf(plan.name);
  expect(await handle.query(explainQuery, { server: waiting[0]! })).toMatchObject({
    why: 'the only running slot of this batch is in use',
    place: expect.any(Number),
  });
  const refused = async (promise: Promise<unknown>) => promise.catch((error) => error.cause.message);
  expect(await refused(handle.executeUpdate(skipUpdate, { args: [{ by, servers: [running] }] }))).toContain(
    'To stop it: smc-batch cancel',
  );
  expect(await refused(handle.executeUpdate(retryUpdate, { args: [{ by }] }))).toBe('no server has failed');
  expect(await refused(handle.executeUpdate(pauseUpdate, { args: [{ by, servers: ['nobody'] }] }))).toBe(
    "the batch has no server 'nobody'",
  );
  await handle.executeUpdate(skipUpdate, { args: [{ by, servers: [waiting[0]!] }] });
  await handle.executeUpdate(cancelUpdate, { args: [{ by, servers: [running] }] });
  await batch.result();
  const byName = new Map((await batch.servers()).map((server) => [server.server, server.phase]));
  expect(byName.get(waiting[0]!)).toBe('skipped');
  expect(byName.get(running)).toMatch(/cancelled|migrated/);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('an incremental server is synced, waits without a running slot, and is cut over by an order', async () => {
  house = await aHouse({ servers: 2, runningQuota: 1, speed: 6_000 });
  const plan = house.plan(2, {
    waves: [{ name: 'incremental' }, { name: 'plain' }],
    server: (nth) =>
      nth === 0 ? { job: { runOnce: false, frequency: 168, maxNumberOfImageToKeep: 2 } } : {},
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  // The next wave does not wait for a cut-over that may be weeks away.
  await untilProgress(batch, ({ counts }) => counts.synced === 1 && counts.migrated === 1);
  expect((await batch.progress()).slots.inUse).toEqual({ existing: 1, running: 0 });
  await handleOf(plan.name).executeUpdate(cutOverUpdate, { args: [{ by }] });
  await batch.result();
  const [incremental] = await batch.servers();
  expect(incremental).toMatchObject({ phase: 'migrated', imageId: expect.stringMatching(/^m-/) });
  expect(audit().jobs.leftovers).toEqual([]);
});
