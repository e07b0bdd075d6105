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
import { cli } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-dev-'));
afterAll(() => rmSync(folder, { recursive: true }));

let dev: ChildProcess | undefined;
afterEach(() => dev?.kill('SIGKILL'));

/** `smc-batch dev` at work; its API answers nothing. */
async function aDev(): Promise<{ dev: ChildProcess; port: number }> {
  const port = await freePort();
  const args = ['dev', '--port', String(port), '--ui-port', String(await freePort())];
  dev = spawn(process.execPath, [cli, ...args, '--db-filename', join(folder, `${port}.db`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      SMC_ENDPOINT: 'http://127.0.0.1:9',
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'any',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'any',
    },
  });
  await untilSaid(dev, 'Worker: Temporal');
  return { dev, port };
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

// It finds the server in Linux's /proc.
(process.platform === 'linux' ? test : test.skip)(
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
