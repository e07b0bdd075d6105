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

const fileOf = async (name: string, text: string) => {
  await writeFile(inDir(name), text);
  return inDir(name);
};
const planOf = async (csv: string, map = 'columns: {}\n', ...args: string[]) => {
  const output = inDir('plan.yaml');
  const run = await importing(
    await fileOf('export.csv', csv),
    '--map',
    await fileOf('map.yaml', map),
    '-o',
    output,
    ...args,
  );
  const text = await readFile(output, 'utf8').catch(() => undefined);
  const { plan, problems } = text === undefined ? {} : await readPlan(output);
  expect(problems ?? []).toEqual([]);
  return { ...run, text, plan, exitCode: (run.failure as { exitCode?: number } | undefined)?.exitCode };
};

test('rows without a source are listed with the nearest, and are comments of the plan; --strict writes nothing', async () => {
  const csv = 'name,ip\nweb-01,\nweb-20,10.9.9.9\nprinter,\n';
  const strict = await planOf(csv, undefined, '--strict');
  expect(strict).toMatchObject({ exitCode: 2, text: undefined });
  const { stderr, text, plan } = await planOf(csv);
  expect(stderr).toContain('2 rows have no source server in the account:');
  expect(stderr).toContain(`  web-20 (10.9.9.9); the nearest is web-02 (${account.idOf('web-02')})`);
  expect(stderr).toMatch(/^ {2}printer$/m);
  expect(stderr).toContain('1 server of 3 rows; 2 source servers of the account in no row');
  expect(text).toContain('  # no source server: web-20; the nearest is web-02');
  expect(plan?.servers.map(({ name }) => name)).toEqual(['web-01']);
});

test('all mistakes of the files are shown at once, each at its place, and nothing is written', async () => {
  const { stderr, exitCode, text } = await planOf(
    'Host,Disk,Tags,dependsOn\nweb-01,big,app,web-9\nweb-01,80,,\n,90,,\nweb\u200b-02,5,,\n',
    'columns: { Host: name, Disk: systemDiskSize, Tags: tags, Gone: imageName }\nplan: { policy: { attempts: 99 } }\n',
  );
  expect(exitCode).toBe(2);
  expect(text).toBeUndefined();
  const places = [...stderr.matchAll(/(export\.csv|map\.yaml):(\d+):(\d+)/g)].map(([place]) => place);
  expect(places.sort()).toEqual(
    [
      'export.csv:2:8', // big
      'export.csv:2:12', // app
      'export.csv:2:16', // web-9
      'export.csv:3:1', // web-01 again
      'export.csv:4:1', // no name
      'export.csv:5:4', // the invisible character
      'export.csv:5:9', // a disk of 5 GiB
      'map.yaml:1:58', // no column Gone
      'map.yaml:2:29', // 99 attempts
    ].sort(),
  );
});

test('two rows of one source, and a row whose parts mean two, are mistakes', async () => {
  const { stderr, exitCode, text, failure } = await planOf(
    'name,hostName,ip\nweb-01,,\nfront,web-01,\nweb-02,,10.20.0.21\n',
  );
  expect([exitCode, text]).toEqual([2, undefined]);
  expect(stderr).toContain('front and web-01 of line 2 are both source server');
  expect(stderr).toContain('web-02: its name is that of');
  expect(stderr).toContain('its address is that of');
  expect((failure as Error).message).toBe('2 rows to correct: nothing was written.');
});

test('waves run in their natural order; rows without one are in the last; other scripts get a name of their own', async () => {
  const { plan } = await planOf('name,wave\nweb-01,Wave 10\nweb-02,wave 2\ndb-01,\n');
  expect(plan?.waves.map(({ name }) => name)).toEqual(['wave-2', 'Wave-10', 'rest']);
  expect(plan?.servers.map(({ wave }) => wave)).toEqual(['Wave-10', 'wave-2', 'rest']);
  const other = await planOf('name,wave\nweb-01,第二批\nweb-02,第一批\ndb-01,第二批\n', undefined, '--force');
  expect(other.plan?.waves).toHaveLength(2);
  expect(new Set(other.plan?.servers.map(({ wave }) => wave))).toEqual(new Set(['wave-1', 'wave-2']));
});

test('the plan of the map is around the servers; what the import writes itself is refused there', async () => {
  const { plan } = await planOf(
    'name,wave\nweb-01,b\nweb-02,\n',
    'plan: { name: dc1, defaults: { regionId: cn-beijing, vSwitchId: vsw-1 }, waves: [{ name: a }, { name: b, after: approval }] }\n',
  );
  expect(plan).toMatchObject({
    name: 'dc1',
    waves: [{ name: 'a' }, { name: 'b', after: 'approval' }],
    servers: [{ wave: 'b', job: { regionId: 'cn-beijing', vSwitchId: 'vsw-1' } }, { wave: 'a' }],
  });
  const { stderr, exitCode } = await planOf('name\nweb-01\n', 'plan: { servers: [] }\n', '--force');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('plan.servers is written by the import');
});

test('servers that are done need no source; one that depends on a row without a source is a mistake', async () => {
  const { plan } = await planOf('name,done,dependsOn\nold-dc,m-1,\nweb-01,,old-dc\n');
  expect(plan?.servers).toMatchObject([
    { name: 'old-dc', done: 'm-1' },
    { name: 'web-01', dependsOn: ['old-dc'] },
  ]);
  const { stderr, exitCode } = await planOf('name,dependsOn\nold-dc,\nweb-01,old-dc\n', undefined, '--force');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('web-01 depends on old-dc, which has no source server in the account');
});

test('an existing file stays as it is until --force says so; without -o the plan is printed', async () => {
  const csv = await fileOf('export.csv', 'name\nweb-01\n');
  const output = await fileOf('plan.yaml', 'mine');
  const { failure } = await importing(csv, '-o', output);
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('--force overwrites it') });
  expect(await readFile(output, 'utf8')).toBe('mine');
  expect((await importing(csv, '-o', output, '--force')).failure).toBeUndefined();
  expect(await readFile(output, 'utf8')).toContain('web-01');
  expect((await importing(csv)).stdout).toContain('name: "web-01"');
});

test.each([
  ['a spreadsheet file', 'PK\u0003\u0004\0\0', 'is no table of servers'],
  ['a file of something else', 'user,shell\nroot,/bin/sh\n', 'is no table of servers'],
  ['an empty file', '', 'is empty'],
  [
    'a file whose servers the account does not have',
    'name\nnobody\n',
    'none of 1 rows is one of the 3 source servers',
  ],
])('%s is refused with what to do', async (_, text, message) => {
  const { failure, stderr } = await importing(await fileOf('export.csv', text), '-o', inDir('plan.yaml'));
  expect(`${stderr} ${(failure as Error).message}`).toContain(message);
});

test('the account is only read', async () => {
  await planOf('name\nweb-01\n');
  expect(Object.keys(account.simulator.account.audit().calls.perOperation)).toEqual([
    'DescribeSourceServers',
  ]);
});
