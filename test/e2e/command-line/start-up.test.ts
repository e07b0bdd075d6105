import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NameWanted, namesOf } from '../../../src/actions/machine/names';
import { freePort, packageRoot } from '../../../src/temporal';
import { aHouse, type House } from '../house/a-house';
import { runCli } from '../house/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-start-up-'));
let house: House;
beforeAll(async () => {
  house = await aHouse({ servers: 1 });
  const plan = house.plan(1);
  await house.startWorker();
  await house.batch(plan).start(plan);
  await house.batch(plan).result();
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

/** The packages that a command loads until it has ended well. */
async function packagesOf(...args: string[]): Promise<string[]> {
  const file = join(folder, 'loaded.json');
  const preload = `--require ${join(__dirname, '../house/loaded-packages.cjs')}`;
  const env = { ...house.env, NODE_OPTIONS: preload, LOADED_PACKAGES: file };
  const { code, stderr } = await runCli(args, { env });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return JSON.parse(readFileSync(file, 'utf8'));
}

const small = join(packageRoot(), 'examples', 'small.yaml');

test.each([['--help'], ['--version'], ['help', 'apply'], ['apply', '--help'], ['completion', 'bash']])(
  'smc-batch %s %s loads what declares the commands, and no more',
  async (...args) => {
    expect(await packagesOf(...args.filter(Boolean))).toEqual(['commander', 'picocolors']);
  },
);

test.each([
  ['validate', [small]],
  ['init', [join(folder, 'a-plan')]],
])(
  'smc-batch %s works with files alone: it loads no Temporal, and nothing that makes requests',
  async (command, args) => {
    const loaded = await packagesOf(command, ...args);
    expect(loaded).toContain('commander');
    expect(loaded.filter((name) => /temporal|grpc|undici|alicloud/.test(name))).toEqual([]);
  },
);

test.each(['status', 'report', 'watch', 'list'])(
  "smc-batch %s loads Temporal's client, and nothing of a worker",
  async (command) => {
    const loaded = await packagesOf(command, ...(command === 'list' ? [] : [house.plan(1).name]));
    expect(loaded).toContain('@temporalio/client');
    expect(loaded).not.toContainEqual(
      expect.stringMatching(
        /^(@temporalio\/(worker|activity|testing|core-bridge)|prom-client|@opentelemetry\/.*)$/,
      ),
    );
    expect(loaded.filter((name) => /undici|alicloud/.test(name))).toEqual([]);
  },
);

test.each(['preview', 'cleanup'])(
  'smc-batch %s loads what it asks Temporal and SMC with, and nothing of a worker',
  async (command) => {
    const plan = join(folder, 'plan.json');
    writeFileSync(
      plan,
      JSON.stringify({
        version: 1,
        name: 'done',
        servers: [
          { sourceId: house.plan(1).servers[0]!.sourceId, regionId: 'cn-hangzhou', systemDiskSize: 500 },
        ],
      }),
    );
    const loaded = await packagesOf(command, command === 'preview' ? plan : house.plan(1).name);
    expect(loaded).toContain('@temporalio/client');
    expect(loaded).not.toContainEqual(
      expect.stringMatching(/^@temporalio\/(worker|activity|testing|core-bridge)$/),
    );
  },
);

test('the shell is given the names that Temporal knows, and without a server nothing', async () => {
  const { name, servers, waves } = house.plan(1);
  // Without the command's patience of a second, which a busy machine needs for the start of a process.
  const namesFor = (wanted: NameWanted) => namesOf(house.client, wanted);
  expect(await namesFor({ kind: 'batch', running: false })).toContain(name);
  expect(await namesFor({ kind: 'batch', running: true })).not.toContain(name);
  expect(await namesFor({ kind: 'server', batch: name })).toEqual(servers.map((server) => server.name));
  expect(await namesFor({ kind: 'server', batch: name, phases: ['failed'] })).toEqual([]);
  expect(await namesFor({ kind: 'wave', batch: name })).toEqual(waves.map((wave) => wave.name));
  const gone = { ...house.env, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
  expect(await runCli(['__names', '--', 'status'], { env: gone })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});

test('without a Temporal server a command gives up with one sentence', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const { code, stderr } = await runCli(['list'], { env: { ...house.env, TEMPORAL_ADDRESS: address } });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `No Temporal server answers at ${address}. Check that it runs, then that the address is right: it comes from TEMPORAL_ADDRESS.\n`,
  });
});

test('a server that is no Temporal is named as the trouble, in one sentence', async () => {
  const { createServer } = await import('node:http2');
  const web = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  await new Promise((listening) => web.once('listening', listening));
  const { port } = web.address() as { port: number };
  try {
    const env = { ...house.env, TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
    const { code, stderr } = await runCli(['list'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^What answers at 127\.0\.0\.1:\d+ is not a Temporal server: .*404.*TEMPORAL_ADDRESS.*\n$/,
    );
  } finally {
    web.close();
  }
});
