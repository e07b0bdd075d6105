import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulatorCommand } from '../../src/commands/simulator';
import { canonicalQuery } from '../../src/smc';
import { CommandFailure } from '../../src/terminal/failure';
import { send, signed } from './harness';

let folder: string;
const environment = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  delete process.env.ALIBABA_CLOUD_ACCESS_KEY_ID;
  delete process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(folder, { recursive: true });
  jest.restoreAllMocks();
});

const run = (...args: string[]) => simulatorCommand().exitOverride().parseAsync(args, { from: 'user' });

/** Runs the command until it has printed its endpoint; `end` interrupts it. */
async function started(...args: string[]) {
  const out = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const aside = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const listeners = process.listenerCount('SIGTERM');
  const ended = run(...args);
  ended.catch(() => {});
  while (out.mock.calls.length === 0 || process.listenerCount('SIGTERM') === listeners)
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5))]);
  const printed = out.mock.calls.map(([text]) => String(text)).join('');
  const end = async () => {
    process.emit('SIGTERM');
    await ended;
  };
  const said = () => aside.mock.calls.map(([text]) => String(text)).join('');
  return { printed, endpoint: /^export SMC_ENDPOINT=(.*)$/m.exec(printed)![1]!, said, end };
}

test('the simulator prints its endpoint first, then its key pair, and ends clean when interrupted', async () => {
  const { printed, endpoint, end } = await started('--servers', '3', '--seed', '9', '--running-quota', '7');
  expect(printed).toMatch(
    /^export SMC_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\nexport SMC_POLL_INTERVAL=1\nexport ALIBABA_CLOUD_ACCESS_KEY_ID=smc-simulator\nexport ALIBABA_CLOUD_ACCESS_KEY_SECRET=smc-simulator-secret\n$/,
  );
  const query = canonicalQuery(signed('GET', { Action: 'DescribeSourceServers' }));
  expect(JSON.parse((await send(endpoint, { path: `/?${query}` })).body).TotalCount).toBe(3);
  expect(JSON.parse((await send(endpoint, { path: '/__audit' })).body).quota.running).toBe(7);
  await end();
  await expect(send(endpoint)).rejects.toThrow('ECONNREFUSED');
});

test('what the simulator prints works as it is, pasted into bash', async () => {
  const { printed, endpoint, end } = await started();
  const run = `${printed}\nprintf '%s ' "$SMC_ENDPOINT" "$ALIBABA_CLOUD_ACCESS_KEY_ID"; env | grep -c ^SMC_ENDPOINT=`;
  expect(execFileSync('bash', ['-e', '-c', run], { encoding: 'utf8', env: { PATH: process.env.PATH } })).toBe(
    `${endpoint} smc-simulator 1\n`,
  );
  await end();
});

test("the environment's key pair is taken, and its secret never printed", async () => {
  process.env.ALIBABA_CLOUD_ACCESS_KEY_ID = 'mine';
  process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET = 'my-secret';
  const { printed, endpoint, end } = await started();
  expect(printed).not.toContain('secret');
  const codeWith = async (AccessKeyId: string, secret: string) => {
    const query = canonicalQuery(signed('GET', { Action: 'DescribeSourceServers', AccessKeyId }, secret));
    return JSON.parse((await send(endpoint, { path: `/?${query}` })).body).Code;
  };
  expect(await codeWith('mine', 'my-secret')).toBeUndefined();
  expect(await codeWith('smc-simulator', 'smc-simulator-secret')).toBe('InvalidAccessKeyId.NotFound');
  await end();
});

test('a bad faults file is refused with every problem, exit code 2', async () => {
  const file = join(folder, 'faults.json');
  writeFileSync(file, JSON.stringify({ calls: [{ nth: 0, reset: 'before' }], jobs: [{}], foreign: [] }));
  const failure = await run('--faults', file).catch((error) => error);
  expect(failure).toBeInstanceOf(CommandFailure);
  expect(failure.exitCode).toBe(2);
  for (const place of ['calls.0.nth', 'jobs.0.source', 'foreign']) expect(failure.message).toContain(place);
});

test.each([
  ['a faults file that is not there', ['--faults', '/nowhere/faults.json'], 'ENOENT'],
  ['a state file that cannot be written', ['--state', '/nowhere/state.json'], 'ENOENT'],
])('%s is reported, exit code 2', async (_, args, message) => {
  const failure = await run(...args).catch((error) => error);
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
});

test('the simulator listens on the loopback alone, without a warning', async () => {
  const { endpoint, said, end } = await started();
  expect(new URL(endpoint).hostname).toBe('127.0.0.1');
  expect(said()).not.toContain('listens on');
  await end();
});

test('a simulator told to listen off the loopback warns that no key is asked for its faults', async () => {
  const { endpoint, said, end } = await started('--host', '0.0.0.0');
  expect((await send(endpoint, { path: '/__audit' })).status).toBe(200);
  expect(said()).toMatch(
    /It listens on 0\.0\.0\.0: whoever reaches it can read the account and change its faults/,
  );
  await end();
});

test('an address that this machine does not have is reported, exit code 2', async () => {
  const failure = await run('--host', '192.0.2.1').catch((error) => error);
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('192.0.2.1 is no address') });
});

test('a port that is taken is reported, exit code 2', async () => {
  const { endpoint, end } = await started();
  const failure = await run('--port', new URL(endpoint).port).catch((error) => error);
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('is taken') });
  await end();
});

test.each([
  ['--servers', '-1'],
  ['--port', 'http'],
  ['--speed', 'fast'],
  ['--running-quota', '1.5'],
])('%s %s is no number it takes', async (option, value) => {
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await expect(run(option, value)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
});
