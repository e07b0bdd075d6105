import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilSaid } from '../../../bench/stage';
import { freePort } from '../../../src/temporal';
import { aHouse, type House } from '../house/a-house';

let house: House;
let folder: string;
let plan: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smc-batch-test-'));
  plan = join(folder, 'batch.yaml');
});
beforeEach(async () => {
  house = await aHouse({ servers: 2 });
  const [source] = [...house.simulator.account.sources.values()];
  await writeFile(
    plan,
    // An account of its own: the queue of another test's batch serves its account alone.
    `version: 1\nname: weather-${Date.now()}\naccount: { id: account-${Date.now()} }\ndefaults: { regionId: cn-hangzhou, systemDiskSize: 400 }\nservers: [{ sourceId: ${source?.sourceId} }]\n`,
  );
});
afterEach(() => house.close());
afterAll(() => rm(folder, { recursive: true }));

/** One sentence or two for a person: no stack trace, no object dump. */
function expectForPeople(text: string): void {
  expect(text).not.toMatch(/\n\s+at |\[object|node:internal/);
}

test('a plan with five different mistakes prints five problems with their places, and nothing is started', async () => {
  await writeFile(
    plan,
    `version: 1
name: bad
defaults: { regionId: cn-hangzhou, vSwichId: vsw-1 }
policy: { attempts: 0 }
waves: [{ name: only }]
servers:
  - { sourceId: s-1, wave: onyl, systemDiskSize: 10 }
  - { sourceId: s-1, systemDiskSize: 40, runOnce: false, frequency: 12 }
`,
  );
  const { code, stderr, stdout } = await house.run('apply', plan, '--yes');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  for (const place of ['3:', '4:', '7:', '8:']) expect(stderr).toContain(`batch.yaml:${place}`);
  expect(stderr).toContain('vSwitchId');
  expect(stderr).toMatch(/\d problems in the plan: nothing was done/);
  expectForPeople(stderr);
  expect(house.simulator.account.audit().calls.total).toBe(0);
});

test('without a Temporal server there is one sentence that says where the address is from', async () => {
  house.env.TEMPORAL_ADDRESS = `127.0.0.1:${await freePort()}`;
  for (const command of [['apply', plan, '--yes'], ['status'], ['worker']]) {
    const { code, stderr } = await house.run(...command);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /No Temporal server answers at 127\.0\.0\.1:\d+\. Check that it runs.*TEMPORAL_ADDRESS\.$/m,
    );
    expectForPeople(stderr);
  }
});

test('without a worker the batch is started, apply warns and says what to start, and a worker then runs it', async () => {
  const { code, stdout, stderr } = await house.run('apply', plan, '--yes', '-o', 'json');
  expect(code).toBe(0);
  expect(stderr).toContain('is started, but no worker takes work from its task queue');
  expect(JSON.parse(stdout)).toMatchObject({ how: 'started', warning: expect.stringContaining('no worker') });
  expectForPeople(stderr);
  await house.startWorker();
  const { batch } = JSON.parse(stdout);
  expect((await house.run('watch', batch)).code).toBe(0);
});

test('without an SMC endpoint the worker names the address, takes no work, and apply says so', async () => {
  house.env.SMC_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
  const worker = await house.startWorkerProcess();
  await untilSaid(
    worker,
    `NetworkError: ${house.env.SMC_ENDPOINT}: connection refused (DescribeReplicationJobs). Check on the worker's machine, in this order: SMC_ENDPOINT`,
  );
  const { code, stderr } = await house.run('apply', plan, '--yes');
  expect(code).toBe(0);
  expect(stderr).toContain('Where one runs already, its stderr says why it takes no work');
  expectForPeople(stderr);
});

test.each([
  ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'InvalidAccessKeyId.NotFound', 'Check ALIBABA_CLOUD_ACCESS_KEY_ID'],
  ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'SignatureDoesNotMatch', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
])(
  'a wrong %s: the worker gives the code, the RequestId and the remedy and takes no work, and apply says that',
  async (variable, code, remedy) => {
    house.env[variable] = 'wrong';
    const worker = await house.startWorkerProcess();
    const said = await untilSaid(worker, remedy);
    expect(said).toContain(code);
    expect(said).toMatch(/RequestId [0-9A-F-]{36}/);
    expectForPeople(said);
    const applied = await house.run('apply', plan, '--yes');
    expect(applied.code).toBe(0);
    expect(applied.stderr).toContain('Where one runs already, its stderr says why it takes no work');
    expectForPeople(applied.stderr);
    expect(house.simulator.account.audit().creates.calls).toBe(0);
  },
);

test('without permission to look the sources up, apply gives the code, the RequestId and the remedy, and nothing was started', async () => {
  const refused = { operation: 'DescribeSourceServers', error: { code: 'Forbidden.RAM', httpStatus: 403 } };
  house.breakThings({ calls: [refused] });
  await house.startWorker();
  const applied = await house.run('apply', plan, '--yes');
  expect(applied.code).toBe(1);
  expect(applied.stderr).toContain('Forbidden.RAM');
  expect(applied.stderr).toMatch(/RequestId [0-9A-F-]{36}/);
  expect(applied.stderr).toContain('AliyunSMCFullAccess');
  expectForPeople(applied.stderr);
  expect(house.simulator.account.audit().creates.calls).toBe(0);
});

test('without a terminal a change needs --yes', async () => {
  const { code, stderr } = await house.run('apply', plan);
  expect(code).toBe(2);
  expect(stderr).toContain('--yes');
});

test('apply --watch ends with the report and exit code 0; status knows the batch afterwards', async () => {
  await house.startWorker();
  const applied = await house.run('apply', plan, '--yes', '--watch');
  expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('1 migrated of 1 servers') });
  expect(applied.stdout).toContain('1 to migrate, 0 done, 0 blocked.');
  const status = await house.run('status', '-o', 'json');
  expect(JSON.parse(status.stdout)).toEqual(
    expect.arrayContaining([expect.objectContaining({ status: 'completed', servers: 1 })]),
  );
  const again = await house.run('apply', plan);
  expect(again).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('Nothing is left to migrate: 1 done.'),
  });
});
