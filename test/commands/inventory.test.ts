import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inventoryCommand } from '../../src/commands/inventory';
import { readPlan } from '../../src/plan';
import { captured } from '../plan/captured';
import { type Account, anAccount } from '../preview/an-account';

let account: Account;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'smc-batch-inventory-'));
  account = await anAccount({
    servers: [
      { name: 'web', dataDisks: [{ sizeGiB: 100, usedGiB: 5 }] },
      { name: 'off' },
      { name: 'done', tags: { 'smc-batch': 'earlier', 'smc-batch-image': 'm-1' } },
    ],
    faults: { sources: [{ source: 'off', offline: true }] },
  });
});
afterEach(async () => {
  await account.close();
  await rm(dir, { recursive: true, force: true });
});
const inventory = (...args: string[]) =>
  captured(() => inventoryCommand().exitOverride().parseAsync(args, { from: 'user' }));

test('the sources are listed, with disks, ledger and what is wrong', async () => {
  const { stdout, failure } = await inventory();
  expect(failure).toBeUndefined();
  expect(stdout).toMatch(/s-\w+ +web +Available +\w+ +40\+100 +140/);
  expect(stdout).toMatch(/done +Available .* earlier +m-1/);
  expect(stdout).toMatch(/off +Unavailable .* is Unavailable: its SMC client does not answer/);
  expect(stdout).toContain(
    '3 source servers: 1 ready to migrate, 1 migrated already, 0 in use, 1 in trouble',
  );
  expect(stdout).not.toContain('\u001b');
});

test('-o json and csv are for machines; --state asks for some', async () => {
  const json = JSON.parse((await inventory('-o', 'json', '--state', 'Unavailable')).stdout);
  expect(json).toMatchObject([{ name: 'off', trouble: { code: 'SourceServer.Offline' } }]);
  const { stdout } = await inventory('-o', 'csv');
  expect(stdout.split('\n')[0]).toBe(
    'sourceId,name,state,platform,disks,usedAtMost,lastJob,batch,image,trouble',
  );
  expect(stdout.trim().split('\n')).toHaveLength(4);
});

test('--plan writes a valid plan once, -o plan prints it', async () => {
  const file = path.join(dir, 'dc 1.yaml');
  const written = await inventory('--plan', file, '--region', 'cn-beijing');
  expect(written).toMatchObject({ stdout: '', stderr: expect.stringContaining(`wrote ${file}`) });
  const { plan } = await readPlan(file);
  expect(plan).toMatchObject({ name: 'dc-1', servers: [{ name: 'web', job: { regionId: 'cn-beijing' } }] });
  expect((await inventory('--plan', file)).failure).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('--force'),
  });
  expect((await inventory('--plan', file, '--force')).failure).toBeUndefined();
  const printed = await inventory('-o', 'plan', '--name', 'dc-1');
  expect(printed.stdout).toBe(await readFile(file, 'utf8'));
});

test('where every source is in trouble, the command says so instead of writing a plan', async () => {
  const { failure } = await inventory('-o', 'plan', '--state', 'Unavailable');
  expect(failure).toMatchObject({ exitCode: 1, message: expect.stringContaining('No plan was written') });
});

test('all pages are read', async () => {
  await account.close();
  account = await anAccount({ servers: 120 });
  expect(JSON.parse((await inventory('-o', 'json')).stdout)).toHaveLength(120);
});

test.each([
  ['no credentials', () => delete process.env.ALIBABA_CLOUD_ACCESS_KEY_ID, /^No Alibaba Cloud credentials/],
  [
    'wrong credentials',
    () => {
      process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET = 'wrong';
    },
    /SignatureDoesNotMatch.*check ALIBABA_CLOUD_ACCESS_KEY_SECRET/i,
  ],
])('%s is one clear sentence', async (_, spoil, message) => {
  spoil();
  const { failure, stdout } = await inventory();
  expect(failure).toMatchObject({ name: 'CommandFailure', exitCode: 1 });
  expect((failure as Error).message).toMatch(message);
  expect(stdout).toBe('');
});

test('a throttled page is asked for again', async () => {
  account.simulator.account.setFaults({
    calls: [
      { operation: 'DescribeSourceServers', nth: 1, error: { code: 'Throttling.User' }, afterEffect: false },
    ],
    jobs: [],
    sources: [],
    foreignJobs: [],
  } as never);
  expect((await inventory('-o', 'json')).failure).toBeUndefined();
});
