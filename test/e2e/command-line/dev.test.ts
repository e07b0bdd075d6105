import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childNamed } from '../../../bench/process-use';
import { untilSaid } from '../../../bench/stage';
import { temporalUiUrl } from '../../../src/batch-client/temporal-ui';
import { simulatorCredentials, startSimulator } from '../../../src/simulator';
import { connectClient, freePort } from '../../../src/temporal';
import { markOfProcess } from '../../../src/temporal/process-mark';
import { until } from '../house/a-house';
import { cli, runCli } from '../house/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-dev-'));
afterAll(() => rmSync(folder, { recursive: true }));

let dev: ChildProcess | undefined;
afterEach(() => dev?.kill('SIGKILL'));

/** An API that answers nothing. */
const env = {
  ...process.env,
  SMC_ENDPOINT: 'http://127.0.0.1:9',
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'any',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'any',
};

const devArgs = (port: number, uiPort: number) => [
  ...['dev', '--port', String(port), '--ui-port', String(uiPort)],
  ...['--db-filename', join(folder, `${port}.db`)],
];

/** `smc-batch dev` at work; on these ports, or on free ones. */
async function aDev({
  ports,
  more = {},
}: {
  ports?: { port: number; uiPort: number };
  more?: Record<string, string>;
} = {}): Promise<{ dev: ChildProcess; port: number; uiPort: number }> {
  const { port, uiPort } = ports ?? { port: await freePort(), uiPort: await freePort() };
  dev = spawn(process.execPath, [cli, ...devArgs(port, uiPort)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, ...more },
  });
  await untilSaid(dev, 'Worker: Temporal');
  return { dev, port, uiPort };
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const isThere = (pid: number) => markOfProcess(pid) !== undefined;

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test('the lines that dev prints, pasted into another shell, lead its commands to it and to its UI', async () => {
  const [port, uiPort] = [await freePort(), await freePort()];
  dev = spawn(process.execPath, [cli, ...devArgs(port, uiPort)], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let printed = '';
  dev.stdout!.on('data', (chunk) => {
    printed += chunk;
  });
  await untilSaid(dev, 'Worker: Temporal');
  const shell = spawn('bash', ['-e', '-c', `${printed}\nenv; exec '${process.execPath}' '${cli}' list`], {
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let seen = '';
  shell.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  expect(await once(shell, 'close')).toEqual([0, null]);
  expect(seen).toContain(`SMC_ENDPOINT=${env.SMC_ENDPOINT}`);
  expect(seen).toContain('There are no batches');
  // Without those lines the server itself says where its UI is.
  const address = `127.0.0.1:${port}`;
  const client = await connectClient({ address, namespace: 'default', connectionOptions: { address } });
  expect(await temporalUiUrl(client, { address, namespace: 'default' })).toBe(`http://127.0.0.1:${uiPort}`);
  await client.connection.close();
  await ended(dev);
});

test.each([
  ['one signal', ['SIGINT'], [0]],
  ['the end of its terminal', ['SIGHUP'], [0]],
  // They come in any order, and the second one tells.
  ['a second one, in the middle of its end', ['SIGINT', 'SIGTERM'], [130, 143]],
] as const)('dev ends with its Temporal server on %s', async (_, signals, codes) => {
  const { dev, port } = await aDev();
  expect(await isListening(port)).toBe(true);
  const exited = once(dev, 'exit');
  for (const signal of signals) dev.kill(signal);
  expect(codes).toContain((await exited)[0]);
  await until(async () => !(await isListening(port)));
});

// They find the server in Linux's /proc.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'dev starts a Temporal server that has died again, and does not when that does not last',
  async () => {
    const { dev } = await aDev();
    const exited = once(dev, 'exit');
    // Longer than a server that would only die again.
    await sleep(10_500);
    process.kill(childNamed('temporal', dev.pid!)!, 'SIGKILL');
    await untilSaid(dev, 'ended by SIGKILL: it is started again');
    await until(() => childNamed('temporal', dev.pid!) !== undefined);
    process.kill(childNamed('temporal', dev.pid!)!, 'SIGKILL');
    expect(await exited).toEqual([1, null]);
  },
);

test('a batch goes on by itself at the next dev after one that was killed in the middle of it', async () => {
  const ports = { port: await freePort(), uiPort: await freePort() };
  const simulator = await startSimulator({ servers: 6, runningQuota: 2, speed: 600 });
  const more = {
    SMC_ENDPOINT: simulator.endpoint,
    SMC_POLL_INTERVAL: '0.2',
    ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.port}`,
  };
  const plan = join(folder, 'killed.yaml');
  const sources = [...simulator.account.sources.keys()].map((id) => `  - sourceId: ${id}\n`);
  writeFileSync(
    plan,
    `version: 1\nname: killed\naccount: { quota: { jobs: 100, running: 2 } }\n` +
      `defaults: { regionId: cn-hangzhou, vSwitchId: vsw-simulator-a, systemDiskSize: 500 }\nservers:\n${sources.join('')}`,
  );
  try {
    const { dev } = await aDev({ ports, more });
    expect(await runCli(['apply', plan, '--yes'], { env: { ...env, ...more } })).toMatchObject({ code: 0 });
    await until(() => simulator.account.images.size >= 1);
    await killed(dev);
    // At once: the server of the killed one may still be on its way out.
    await aDev({ ports, more });
    expect(await runCli(['watch', 'killed'], { env: { ...env, ...more } })).toMatchObject({ code: 0 });
    const { images, creates, jobs } = simulator.account.audit();
    expect(images.total).toBe(6);
    expect(creates.tookEffect).toBe(6);
    expect(jobs).toMatchObject({ leftovers: [], peakRunning: 2 });
  } finally {
    if (dev) await ended(dev);
    await simulator.close();
  }
});

onLinux('the Temporal server of a killed dev ends by itself', async () => {
  const { dev } = await aDev();
  const server = childNamed('temporal', dev.pid!)!;
  await killed(dev);
  await until(() => !isThere(server));
});

onLinux('dev ends the Temporal server that is left of a killed one, and no other', async () => {
  const { dev, port, uiPort } = await aDev();
  const server = childNamed('temporal', dev.pid!)!;
  // As after a crash that took the server's watcher, too.
  process.kill(childNamed('sh', dev.pid!)!, 'SIGKILL');
  await killed(dev);
  expect(isThere(server)).toBe(true);
  // Other data, the same port: the server is not theirs to end.
  const others = ['dev', '--port', String(port), '--db-filename', join(folder, 'others.db')];
  expect(await runCli(others, { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Another program listens on 127.0.0.1:${port}`),
  });
  expect(isThere(server)).toBe(true);
  const { dev: next } = await aDev({ ports: { port, uiPort } });
  expect(isThere(server)).toBe(false);
  await ended(next);
});

test("dev leaves another program's listener alone and says which option helps", async () => {
  const stranger = createServer().listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port: taken } = stranger.address() as { port: number };
  try {
    for (const [args, option] of [
      [devArgs(taken, await freePort()), '--port'],
      [devArgs(await freePort(), taken), '--ui-port'],
    ] as const)
      expect(await runCli(args, { env })).toEqual({
        code: 1,
        stdout: '',
        stderr: `Another program listens on 127.0.0.1:${taken}; it is none that 'smc-batch dev' has left on these data. End it, or choose another ${option}.\n`,
      });
    expect(await isListening(taken)).toBe(true);
  } finally {
    stranger.close();
  }
});

test('a second dev on the same data refuses, names the first and leaves it at work', async () => {
  const { dev, port, uiPort } = await aDev();
  const [otherPort, otherUi] = [await freePort(), await freePort()];
  const args = ['dev', '--port', String(otherPort), '--ui-port', String(otherUi)];
  // By another name of the same file.
  const link = join(folder, 'link');
  symlinkSync(folder, link);
  expect(await runCli([...args, '--db-filename', join(link, `${port}.db`)], { env })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      `^A 'smc-batch dev' \\(process ${dev.pid}\\) works on .*${port}.db already: Temporal server 127.0.0.1:${port}, UI http://127.0.0.1:${uiPort}`,
    ),
  });
  expect(await isListening(port)).toBe(true);
  await ended(dev);
  expect(readdirSync(folder).filter((name) => name.startsWith(`${port}.db.dev-`))).toEqual([]);
});

/** Ended in good order. */
async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
}
