import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importCommand } from '../../src/commands/import';
import { readPlan } from '../../src/plan';
import { captured } from '../plan/captured';
import { type Account, anAccount } from '../preview/an-account';

const examples = path.join(__dirname, '../../examples/import');

let account: Account;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'smc-batch-import-'));
  account = await anAccount({
    servers: [
      { name: 'web-01', hostName: 'web-01.corp.example', ipv4: '10.20.0.11' },
      { name: 'web-02', hostName: 'web-02', ipv4: '10.20.0.12' },
      // Its name in SMC is none of the export's: its host and its address tell.
      {
        name: 'billing database',
        hostName: 'db-01',
        ipv4: '10.20.0.21',
        dataDisks: [{ sizeGiB: 500, usedGiB: 9 }],
      },
    ],
  });
});
afterEach(async () => {
  await account.close();
  await rm(dir, { recursive: true, force: true });
});

const importing = (...args: string[]) =>
  captured(() => importCommand().exitOverride().parseAsync(args, { from: 'user' }));
const inDir = (name: string) => path.join(dir, name);

test.each([
  ['rvtools-vinfo.csv', 'rvtools.map.yaml', 'Shop DB'],
  ['aws-mgn.csv', 'aws-mgn.map.yaml', 'db-01'],
  ['aws-cmf-intake.csv', 'aws-cmf.map.yaml', 'DB-01'],
  ['azure-migrate.csv', 'azure-migrate.map.yaml', 'db-01.corp.example'],
])('%s becomes a valid plan of the account’s sources', async (file, map, database) => {
  const output = inDir('plan.yaml');
  const { failure, stderr } = await importing(
    path.join(examples, file),
    '--map',
    path.join(examples, map),
    '-o',
    output,
  );
  expect({ failure, stderr }).toEqual({
    failure: undefined,
    stderr: expect.stringContaining('3 servers of 3 rows'),
  });
  const { plan, problems, warnings } = await readPlan(output);
  expect([...problems, ...warnings]).toEqual([]);
  expect(plan?.servers.map(({ sourceId }) => sourceId)).toEqual(
    ['web-01', 'web-02', 'billing database'].map((name) => account.idOf(name)),
  );
  expect(plan?.servers[2]).toMatchObject({ name: database, job: { dataDisks: [{ index: 1 }] } });
});
