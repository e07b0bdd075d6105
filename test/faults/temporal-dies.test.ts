import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevServer, freePort, startDevServer } from '../../src/temporal';
import { aHouse, endedCount, type House, untilProgress } from '../e2e/house/a-house';

let house: House | undefined;
let server: DevServer | undefined;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smc-batch-test-'));
});
afterEach(async () => {
  await house?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

test('Temporal is killed and comes back: the batch goes on where it was, every server once', async () => {
  const [port, uiPort] = [await freePort(), await freePort()];
  const start = () =>
    startDevServer({ port, uiPort, dbFilename: join(folder, 'temporal.db'), say: () => undefined });
  server = await start();
  house = await aHouse({ servers: 12, runningQuota: 4, speed: 1_000, temporalAddress: server.address });
  const plan = house.plan(12);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= 3);
  await server.kill();
  server = await start();
  await untilProgress(batch, (progress) => endedCount(progress) === 12);

  const { images, creates, jobs } = house.simulator.account.audit();
  expect(Object.values(images.perSource).map((made) => made.length)).toEqual(Array(12).fill(1));
  expect(Object.values(creates.perSource)).toEqual(Array(12).fill(1));
  expect(jobs.leftovers).toEqual([]);
}, 300_000);

test('the SMC API is away for a while, and throttles when it is back: the batch waits and goes on', async () => {
  house = await aHouse({ servers: 6, runningQuota: 3, speed: 1_000 });
  const plan = house.plan(6);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 3);
  house.breakThings({ calls: [{ operation: '*', emptyStatus: 503 }] });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  house.breakThings({ calls: [{ operation: '*', throttle: { perSecond: 5 } }] });
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(6);
  const { creates, jobs } = house.simulator.account.audit();
  expect(Object.values(creates.perSource)).toEqual(Array(6).fill(1));
  expect(jobs.leftovers).toEqual([]);
}, 300_000);
