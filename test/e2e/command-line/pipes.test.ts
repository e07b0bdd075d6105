import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aHouse, type House, untilProgress } from '../house/a-house';
import { cli } from '../house/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-pipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More problems than a pipe takes at once. */
const allBad = join(folder, 'all-bad.yaml');
const badServers = Array.from({ length: 3_000 }, (_, nth) => `  - { sourceNmae: web-${nth} }\n`).join('');
writeFileSync(allBad, `version: 1\nname: bad\nservers:\n${badServers}`);

let house: House | undefined;
afterEach(() => house?.close());

/** Runs the command line with its output piped into `reader`; gives what that printed, then the command's exit code. */
async function piped(reader: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
  const script = `{ "$0" "$@"; echo "exit code $?" >&2; } | ${reader}`;
  const shell = spawn('sh', ['-c', script, process.execPath, cli, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    shell[name].on('data', (chunk) => {
      said[name] += chunk;
    });
  await once(shell, 'close');
  return said;
}

/** Gone before anything is written. */
const nobody = 'exec true <&-';

test.each([
  [0, ['help', 'apply']],
  [0, ['completion', 'zsh']],
  [2, ['validate', allBad, '-o', 'json']],
])('a command whose output nobody reads ends as it would have: %i', async (code, args) => {
  const { stderr } = await piped(nobody, args);
  expect(stderr).toMatch(new RegExp(`exit code ${code}\n$`));
  expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
});

test('a reader that has had enough gets its line, and the exit code stays what it was', async () => {
  expect(await piped('head -1', ['validate', allBad, '-o', 'json'])).toEqual({
    stdout: '{\n',
    stderr: 'exit code 2\n',
  });
});

test('who watches a batch leaves when nobody reads any more, and the batch goes on', async () => {
  house = await aHouse({ servers: 20, runningQuota: 1, jobSeconds: 600, speed: 100 });
  const plan = house.plan(20);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  const { stdout, stderr } = await piped('head -1', ['watch', plan.name], house.env);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(stderr).toBe('exit code 0\n');
  expect(await batch.status()).toBe('RUNNING');
});
