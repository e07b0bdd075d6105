import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchClient } from '../../../src/batch-client/batch-client';
import { packageRoot } from '../../../src/temporal';
import { aHouse, type House, until } from '../house/a-house';

const examples = join(packageRoot(), 'examples', 'import');

let house: House;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smc-batch-import-'));
});
beforeEach(async () => {
  house = await aHouse({
    servers: [
      { name: 'web-01', hostName: 'web-01.corp.example', ipv4: '10.20.0.11' },
      { name: 'web-02', hostName: 'web-02', ipv4: '10.20.0.12' },
      {
        name: 'billing database',
        hostName: 'db-01',
        ipv4: '10.20.0.21',
        dataDisks: [{ sizeGiB: 100, usedGiB: 5 }],
      },
      { name: 'not in the export', ipv4: '10.20.0.99' },
    ],
  });
  await house.startWorker();
});
afterEach(() => house?.close());
afterAll(() => rm(folder, { recursive: true }));

/** Imported plans share the account `default`; here each test has one of its own. */
async function withOwnAccount(plan: string, id: string): Promise<void> {
  const text = await readFile(plan, 'utf8');
  await writeFile(plan, text.replace('account:\n', `account:\n  id: ${id}\n`));
}

test.each([
  ['rvtools-vinfo.csv', 'rvtools.map.yaml'],
  ['aws-mgn.csv', 'aws-mgn.map.yaml'],
  ['aws-cmf-intake.csv', 'aws-cmf.map.yaml'],
  ['azure-migrate.csv', 'azure-migrate.map.yaml'],
])(
  '%s becomes a batch with two commands: each of its servers is migrated once, and no other',
  async (file, map) => {
    const name = `${house.env.SMC_TASK_QUEUE}-import`;
    const plan = join(folder, `${name}.yaml`);
    const args = ['import', join(examples, file), '--map', join(examples, map), '-o', plan];
    const imported = await house.run(...args);
    expect(imported).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('3 servers of 3 rows'),
    });
    await withOwnAccount(plan, name);
    const applied = await house.run('apply', plan, '--yes');
    expect({ ...applied, code: applied.code }).toMatchObject({ code: 0 });
    const batch = batchClient(house.client, name);
    await until(async () => (await batch.status()) === 'COMPLETED');
    const { counts } = await batch.progress();
    expect(counts).toMatchObject({ migrated: 3, failed: 0 });
    const { creates, images, jobs } = house.simulator.account.audit();
    expect([creates.calls, images.total, jobs.existing ?? 0]).toEqual([3, 3, 0]);
    const untouched = house.simulator.account.sourceNames.get('not in the export')!;
    expect(house.simulator.account.sources.get(untouched)).toMatchObject({ tags: [] });
  },
  120_000,
);
