import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimData } from '../../src/temporal';
import { markOfProcess } from '../../src/temporal/process-mark';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smc-batch-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = { port: 7233, uiPort: 8233 };
const notes = () => readdirSync(folder).filter((name) => name.includes('.dev-'));
const note = (content: unknown) =>
  writeFileSync(
    join(folder, 'a.db.dev-left.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
const said: string[] = [];
const claim = () => claimData(join(folder, 'a.db'), at, (line) => said.push(line));

const dead = { pid: process.pid, started: 'in another life' };

/** A process that would go on for long. */
async function aSleeper(): Promise<ChildProcess> {
  const sleeper = spawn('sleep', ['600']);
  await once(sleeper, 'spawn');
  return sleeper;
}

test.each([
  ['empty', ''],
  ['half written', '{"dev": {"pid": 1'],
  ['of something else', { dev: 'nobody', port: 'any' }],
  ['of a process that has ended, whose id another one has', { ...at, dev: dead, holds: true }],
  ['of one that died while it looked', { ...at, dev: dead, holds: false }],
  ['of a server whose id another process has', { ...at, dev: dead, server: dead, holds: true }],
])('a note that is %s is ignored, and is gone', async (_, content) => {
  note(content);
  const { release } = await claim();
  expect(notes()).toHaveLength(1);
  release();
  expect(notes()).toEqual([]);
});

test('a note that cannot be read is ignored', async () => {
  note('');
  chmodSync(join(folder, 'a.db.dev-left.json'), 0o000);
  (await claim()).release();
});

test('data that a living process has are refused, and its note stays', async () => {
  const sleeper = await aSleeper();
  note({ dev: markOfProcess(sleeper.pid!), port: 1, uiPort: 2, holds: true });
  await expect(claim()).rejects.toThrow(
    `A 'smc-batch dev' (process ${sleeper.pid}) works on ${join(folder, 'a.db')} already: Temporal server 127.0.0.1:1`,
  );
  expect(notes()).toHaveLength(1);
  sleeper.kill('SIGKILL');
  await once(sleeper, 'exit');
  (await claim()).release();
});

test('of two that claim the same data at once one gets them', async () => {
  const claims = await Promise.allSettled([claim(), claim(), claim()]);
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('the server that a dead one has left is ended, which is said', async () => {
  const server = await aSleeper();
  const ended = once(server, 'exit');
  note({ ...at, dev: dead, server: markOfProcess(server.pid!), holds: true });
  said.length = 0;
  (await claim()).release();
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(said).toEqual([
    `The Temporal server that a killed 'smc-batch dev' has left (process ${server.pid}) is ended.`,
  ]);
});
