import { aHouse, endedCount, type House, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

/** What must hold of every batch that ended, by the account's own count. */
function expectEachOnce(servers: number): void {
  const audit = house.simulator.account.audit();
  expect(Object.values(audit.images.perSource).map((images) => images.length)).toEqual(
    Array(servers).fill(1),
  );
  expect(Object.values(audit.creates.perSource)).toEqual(Array(servers).fill(1));
  expect(audit.jobs.leftovers).toEqual([]);
  expect(audit.jobs.peakExisting).toBeLessThanOrEqual(audit.quota.jobs);
  expect(audit.jobs.peakRunning).toBeLessThanOrEqual(audit.quota.running);
  expect(audit.quota.refusedCreates + audit.quota.refusedStarts).toBe(0);
}

test('20 servers migrate once each though the worker is killed twice', async () => {
  house = await aHouse({ servers: 20, jobsQuota: 12, runningQuota: 8, speed: 600 });
  const plan = house.plan(20, { waves: [{ name: 'first' }, { name: 'second' }] });
  await house.startWorkerProcess();
  const batch = house.batch(plan);
  await batch.start(plan);
  for (const ended of [3, 12]) {
    await untilProgress(batch, (progress) => endedCount(progress) >= ended);
    await house.killWorkers();
    await house.startWorkerProcess();
  }
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(20);
  expectEachOnce(20);
});

test('answers lost at every operation, at creates above all, leave nothing behind and do nothing twice', async () => {
  house = await aHouse({
    servers: 8,
    seed: 'lost answers',
    faults: {
      calls: [
        // A create is done, and nobody hears of it.
        { operation: 'CreateReplicationJob', reset: 'after', between: [1, 4] },
        { operation: '*', reset: 'after', probability: 0.05 },
        { operation: '*', reset: 'before', probability: 0.05 },
      ],
    },
  });
  const plan = house.plan(8);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(8);
  expectEachOnce(8);
  expect(house.simulator.account.audit().creates.tookEffect).toBe(8);
});

test('a cancelled batch stops what runs, deletes every job and makes no image it does not report', async () => {
  house = await aHouse({ servers: 10, runningQuota: 6, speed: 300 });
  const plan = house.plan(10);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => progress.counts.migrating === 6);
  await batch.cancel();
  await expect(batch.result()).rejects.toThrow();
  const { counts } = await batch.progress();
  const audit = house.simulator.account.audit();
  expect(counts.cancelled).toBeGreaterThan(0);
  expect(counts.cancelled + counts.migrated).toBe(10);
  expect(audit.images.total).toBe(counts.migrated);
  expect(audit.jobs.leftovers).toEqual([]);
  expect(audit.instances.now).toBe(0);
});

test('a job InError is started again, a source offline fails alone, and a job that stays broken is deleted', async () => {
  house = await aHouse({ servers: 4 });
  const [first, second, third] = [...house.simulator.account.sources.values()].map(
    ({ sourceId }) => sourceId,
  );
  house.breakThings({
    jobs: [
      { source: first!, runs: 2, fail: { atProgress: 30 } },
      {
        source: second!,
        fail: { atProgress: 60, errorCode: 'InternalError', statusInfo: 'disk unreadable' },
      },
    ],
    sources: [{ source: third!, offline: true }],
  });
  const plan = house.plan(4);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const servers = await batch.servers();
  expect(servers.map(({ phase }) => phase)).toEqual(['migrated', 'failed', 'failed', 'migrated']);
  expect(servers[1]?.error).toMatchObject({
    code: 'InternalError',
    message: expect.stringContaining('disk unreadable'),
  });
  expect(servers[2]?.error).toMatchObject({
    code: 'SourceServer.Offline',
    remedy: expect.stringContaining('SMC client'),
  });
  expect(house.simulator.account.audit().jobs.leftovers).toEqual([]);
});
