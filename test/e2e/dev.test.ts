import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childNamed } from '../../bench/process-use';
import { untilSaid } from '../../bench/stage';
import { freePort } from '../../src/temporal';
import { until } from './a-house';
import { cli, runCli } from './run-cli';

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

/** `smc-batch dev` at work. */
async function aDev(): Promise<{ dev: ChildProcess; port: number; uiPort: number }> {
  const [port, uiPort] = [await freePort(), await freePort()];
  dev = spawn(process.execPath, [cli, ...devArgs(port, uiPort)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  await untilSaid(dev, 'Worker: Temporal');
  return { dev, port, uiPort };
}

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test.each([
  ['one signal', ['SIGINT'], [0]],
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

onLinux('dev does not go to work on the Temporal server that a killed one has left', async () => {
  const { dev, port, uiPort } = await aDev();
  const orphan = childNamed('temporal', dev.pid!)!;
  const exited = once(dev, 'exit');
  dev.kill('SIGKILL');
  await exited;
  try {
    const refusal = (taken: number, option: string) => ({
      code: 1,
      stdout: '',
      stderr: `Something listens on 127.0.0.1:${taken} already. If it is the Temporal server of a 'smc-batch dev' that was killed, end it; if not, choose another ${option}.\n`,
    });
    expect(await runCli(devArgs(port, await freePort()), { env })).toEqual(refusal(port, '--port'));
    expect(await runCli(devArgs(await freePort(), uiPort), { env })).toEqual(refusal(uiPort, '--ui-port'));
  } finally {
    process.kill(orphan, 'SIGKILL');
  }
});
