import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevServer, freePort, startDevServer } from '../../src/temporal';
import { aHouse, endedCount, type House, untilProgress } from '../e2e/house/a-house';

// The two ways in which Temporal's data can be other than the account: docs/backup.md tells what happens then.

const servers = 12;

let house: House | undefined;
let server: DevServer | undefined;
let folder: string;
let ports: { port: number; uiPort: number };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smc-batch-test-'));
  ports = { port: await freePort(), uiPort: await freePort() };
});
afterEach(async () => {
  await house?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** Temporal with this data, at the same address each time. */
const start = (name: string): Promise<DevServer> =>
  startDevServer({ ...ports, dbFilename: join(folder, `${name}.db`), say: () => undefined });

/** All files of a database: what is not in the main file yet is in the log beside it. */
async function copy(from: string, to: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm'])
    await cp(join(folder, `${from}.db${suffix}`), join(folder, `${to}.db${suffix}`)).catch(() => undefined);
}

const imagesOfEach = () =>
  Object.values(house!.simulator.account.audit().images.perSource).map((made) => made.length);

async function halfWay() {
  server = await start('first');
  house = await aHouse({ servers, runningQuota: 4, speed: 1_000, temporalAddress: server.address });
  const plan = house.plan(servers);
  await house.startWorkerProcess();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= 3);
  await house.killWorkers();
  await server.stop();
  return { plan, batch };
}

test('a batch that is applied to an empty Temporal migrates the rest, and nothing twice', async () => {
  const { plan, batch } = await halfWay();
  server = await start('second');
  await house!.startWorkerProcess();
  await batch.start(plan);
  const { counts } = await untilProgress(batch, (progress) => endedCount(progress) === servers);
  expect(counts).toMatchObject({ migrated: servers, failed: 0 });
  expect(imagesOfEach()).toEqual(Array(servers).fill(1));
  expect(house!.simulator.account.audit().jobs.leftovers).toEqual([]);
}, 300_000);

test('a batch of a Temporal that is restored from a backup migrates nothing twice, and knows all of it once it is applied again', async () => {
  const { plan, batch } = await halfWay();
  await copy('first', 'backup');
  server = await start('first');
  await house!.startWorkerProcess();
  await untilProgress(batch, (progress) => endedCount(progress) >= 9);
  await house!.killWorkers();
  await server.stop();

  server = await start('backup');
  await house!.startWorkerProcess();
  await batch.result();
  const failed = await batch.servers({ phases: ['failed'] });
  // Their jobs ran at the time of the backup, and were deleted after it.
  expect(failed.map(({ error }) => error?.code)).toEqual(failed.map(() => 'ReplicationJob.Gone'));
  expect(imagesOfEach()).toEqual(Array(servers).fill(1));

  await batch.start(plan);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(servers);
  expect(imagesOfEach()).toEqual(Array(servers).fill(1));
  expect(house!.simulator.account.audit().jobs.leftovers).toEqual([]);
}, 300_000);
