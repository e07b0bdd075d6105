import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulatorCredentials, startSimulator } from '../../../src/simulator';
import { freePort, packageRoot } from '../../../src/temporal';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { aHouse, type House, untilProgress } from '../house/a-house';
import { cli, runCli } from '../house/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-exit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = join(packageRoot(), 'examples', 'small.yaml');
const bad = join(folder, 'bad.yaml');
writeFileSync(bad, 'version: 1\nname: bad\nservers: [{ sourceId: s-1, systemDiskSzie: 40 }]\n');

/** The real program on a machine where neither Temporal nor SMC answers. */
async function run(args: string[], more: Record<string, string | undefined> = {}) {
  const nobody = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TEMPORAL_ADDRESS: `127.0.0.1:${nobody}`,
    SMC_ENDPOINT: `http://127.0.0.1:${nobody}`,
    ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
    ...more,
  };
  return runCli(args, { env, cwd: folder });
}

const done: string[][] = [
  ['--help'],
  ['--version'],
  ['help', 'apply'],
  ['validate', good],
  ['validate', good, '-o', 'json'],
  ['init', 'a-plan'],
  ['completion', 'bash'],
];
const unexpected: string[][] = [
  ['status'],
  ['list'],
  ['watch', 'any'],
  ['explain', 'any', 'web-1'],
  ['report', 'any'],
  ['pause', 'any', '--yes'],
  ['cleanup', 'any', '--yes'],
  ['worker'],
  ['dev', '--db-filename', join(bad, 'temporal.db')],
  ['inventory'],
  ['preview', good],
  ['apply', good, '--yes'],
  ['doctor'],
];
const wrong: string[][] = [
  ['no-such-command'],
  ['validate'],
  ['validate', good, '--no-such-option'],
  ['validate', bad],
  ['validate', 'missing.yaml'],
  ['init', bad],
  ['simulator', '--faults', 'missing.json'],
  ['preview', bad],
  ['apply', bad, '--yes'],
  ['status', '-o', 'yaml'],
  ['completion', 'tcsh'],
  ['simulator', '--port', 'eighty'],
  ['dev', '--port', '99999'],
  ['report', 'any', '--format', 'pdf'],
];

describe.each([
  [0, done],
  [1, unexpected],
  [2, wrong],
])('exit code %d', (expected, commands) => {
  test.concurrent.each(
    commands.map(
      (args) => [args.join(' ').replaceAll(packageRoot(), '.').replaceAll(folder, '.'), args] as const,
    ),
  )('smc-batch %s', async (_, args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stderr: code === expected ? '' : stderr }).toEqual({ code: expected, stderr: '' });
    // For people: no stack trace. Not for terminals: no colours.
    expect(stderr).not.toMatch(/\n\s+at |node:internal/);
    expect(stdout + stderr).not.toContain('\u001b[');
  });
});

test('of an account: 0 it answers and apply would be clean, 3 a server is blocked, 2 a file is there already', async () => {
  const simulator = await startSimulator({ servers: [{ name: 'web' }], speed: 0 });
  try {
    const plan = (source: string) =>
      `version: 1\nname: one\naccount: { quota: { jobs: 100, running: 50 } }\ndefaults: { regionId: cn-hangzhou, vSwitchId: vsw-simulator-a }\nservers: [{ sourceName: ${source} }]\n`;
    const [clean, blocked] = [join(folder, 'clean.yaml'), join(folder, 'blocked.yaml')];
    writeFileSync(clean, plan('web'));
    writeFileSync(blocked, plan('nobody'));
    const onAccount = (...args: string[]) => run(args, { SMC_ENDPOINT: simulator.endpoint });
    expect(await onAccount('inventory')).toMatchObject({ code: 0, stderr: '' });
    expect(await onAccount('inventory', '--plan', clean)).toMatchObject({ code: 2 });
    expect(await onAccount('preview', clean)).toMatchObject({ code: 0 });
    expect(await onAccount('preview', blocked)).toMatchObject({ code: 3 });
  } finally {
    await simulator.close();
  }
});

test.each([
  ['no entry in passwd and no HOME', { HOME: undefined }],
  ['an empty HOME', { HOME: '' }],
])('as a user with %s every command says what it would say to others', async (_, home) => {
  const preload = `--require ${join(__dirname, '../house/no-passwd.cjs')}`;
  for (const [expected, args] of [
    [0, ['validate', good]],
    [1, ['pause', 'any', '--yes']],
    [1, ['inventory']],
    [1, ['worker']],
  ] as const) {
    const { code, stderr } = await run([...args], { NODE_OPTIONS: preload, ...home });
    expect({ args, code, stderr }).toMatchObject({ args, code: expected });
    expect(stderr).not.toMatch(/\n\s+at |passwd|homedir/);
  }
});

test('a disk that is full, where the output goes: one sentence, and 1', async () => {
  const shell = `"$0" "$@" >/dev/full`;
  const full = spawnSync('sh', ['-c', shell, process.execPath, cli, 'help', 'apply'], { encoding: 'utf8' });
  if (process.platform !== 'linux') return;
  expect(full.status).toBe(1);
  expect(full.stderr).toMatch(/^The output cannot be written: ENOSPC[^\n]*\n$/);
});

describe('of a batch that has ended or runs', () => {
  let house: House;
  afterEach(() => house?.close());

  test('3: it finished with failed servers, whether one watches it, cleans up what is left or only looks', async () => {
    house = await aHouse({ servers: 2, speed: 6_000 });
    const [broken] = house.simulator.account.sources.keys();
    house.breakThings({
      jobs: [{ source: broken!, fail: { atProgress: 10 } }],
      calls: [
        {
          operation: 'DeleteReplicationJob',
          sourceId: broken!,
          error: { code: 'Forbidden.RAM', httpStatus: 403 },
        },
      ],
    });
    const plan = house.plan(2, { policy: { attempts: 1, onFailure: 'keepJob' } });
    await house.startWorker();
    await house.batch(plan).start(plan);
    expect((await house.run('watch', plan.name)).code).toBe(3);
    expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(3);
    expect((await house.run('cleanup', plan.name, '--dry-run')).code).toBe(0);
    for (const look of ['status', 'report']) expect((await house.run(look, plan.name)).code).toBe(0);
    expect((await house.run('explain', plan.name, plan.servers[0]!.name)).code).toBe(0);
    expect((await house.run('explain', plan.name, 'nobody')).code).toBe(2);
    // Temporal's list shows both as Failed, with a sentence.
    const [server, planned] = [plan.servers[0]!.name, plan.servers.length];
    const endOf = async (id: string) => {
      const handle = house.client.workflow.getHandle(id);
      const error = await handle.result().catch((thrown: Error & { cause: Error }) => thrown.cause);
      return [(await handle.describe()).status.name, error.type, error.message, error.nonRetryable];
    };
    expect(await endOf(batchWorkflowId(plan.name))).toEqual([
      ...['FAILED', 'ServersFailed', `1 of ${planned} servers failed`, true],
    ]);
    expect(await endOf(serverWorkflowId(plan.name, server))).toEqual([
      ...[
        'FAILED',
        'InternalError',
        expect.stringMatching(/^InternalError: replication job j-.* is InError/),
        true,
      ],
    ]);
    expect((await house.run('list')).stdout).toMatch(
      new RegExp(`${plan.name} +ended .*1 migrated, 1 failed of 2`),
    );
    expect((await house.run('status', plan.name)).stdout).toContain(
      `${plan.name}  ended: 1 of 2 servers failed`,
    );
    // A batch that has ended takes no orders.
    expect((await house.run('pause', plan.name, '--yes')).code).toBe(2);
    // Nor does one that was never there.
    expect((await house.run('pause', 'nobody', '--yes')).code).toBe(2);
  });

  test('an order of a user without a name is taken, and the journal names the uid', async () => {
    house = await aHouse({ servers: 1, speed: 1, jobSeconds: 3_600 });
    const plan = house.plan(1);
    await house.startWorker();
    await house.batch(plan).start(plan);
    await untilProgress(house.batch(plan), ({ counts }) => counts.migrating === 1);
    const { LOGNAME: _, USER: __, HOME: ___, ...env } = house.env;
    const preload = `--require ${join(__dirname, '../house/no-passwd.cjs')}`;
    const server = plan.servers[0]!.name;
    const nameless = (...args: string[]) => runCli(args, { env: { ...env, NODE_OPTIONS: preload } });
    expect(await nameless('pause', plan.name, server, '--yes')).toMatchObject({ code: 0, stderr: '' });
    const explained = await nameless('explain', plan.name, server);
    expect(explained.stdout).toMatch(/journal.* uid-\d+@/);
  });

  test('4: it was cancelled; 2: it refuses an order; 0: it takes one', async () => {
    house = await aHouse({ servers: 2, runningQuota: 1, speed: 60 });
    const plan = house.plan(2);
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    await untilProgress(batch, ({ counts }) => counts.migrating === 1);
    expect((await house.run('approve', plan.name, 'all', '--yes')).code).toBe(2);
    expect((await house.run('retry', plan.name, 'nobody', '--yes')).code).toBe(2);
    expect((await house.run('pause', plan.name, '--yes')).code).toBe(0);
    // An order says what it would do before it asks, and is refused before the question.
    const asked = { code: 2, stderr: expect.stringContaining('pause the batch: nothing of it starts') };
    expect(await house.run('pause', plan.name)).toMatchObject(asked);
    const refused = { code: 2, stderr: expect.stringContaining("refuses: the batch has no server 'nobody'") };
    expect(await house.run('retry', plan.name, 'nobody')).toMatchObject(refused);
    expect((await house.run('cancel', plan.name, '--yes', '--watch')).code).toBe(4);
    expect((await house.run('watch', plan.name)).code).toBe(4);
  });
});

test('NO_COLOR wins over FORCE_COLOR', async () => {
  const { stderr, stdout } = await run(['validate', bad], { FORCE_COLOR: '1', NO_COLOR: '1' });
  expect(stdout + stderr).not.toContain('\u001b[');
});
