import { previewCommand } from '../../src/commands/preview';
import { head, withPlanFile } from '../plan/a-plan';
import { captured } from '../plan/captured';
import { type Account, anAccount } from '../preview/an-account';

let account: Account;
beforeEach(async () => {
  account = await anAccount({ servers: [{ name: 'web' }, { name: 'off' }] });
});
afterEach(() => account.close());

/** Runs the command; gives its exit code beside what it printed. */
const preview = (text: string, ...flags: string[]) =>
  withPlanFile(text, async (file) => {
    const run = await captured(() =>
      previewCommand()
        .exitOverride()
        .parseAsync([file, ...flags], { from: 'user' }),
    );
    return { ...run, exitCode: (run.failure as { exitCode?: number })?.exitCode ?? process.exitCode };
  });
const planOf = (...names: string[]) =>
  `${head}servers: [${names.map((name) => `{ sourceName: ${name} }`).join(', ')}]\n`;

test('a clean plan: exit code 0', async () => {
  const { exitCode, stdout } = await preview(planOf('web', 'off'));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('demo: 2 to create of 2 servers');
});

test('blocked servers: exit code 3, and JSON alone on stdout', async () => {
  const { exitCode, stdout } = await preview(planOf('web', 'nobody'), '-o', 'json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    batch: 'demo',
    counts: { create: 1, blocked: 1 },
    servers: [{ verdict: 'create' }, { verdict: 'blocked', troubles: [{ code: 'SourceServer.NotFound' }] }],
    forecast: { waves: [{ name: 'all', servers: 1 }] },
  });
});

test('an invalid plan: exit code 2, its problems on stderr', async () => {
  const { exitCode, stdout, stderr } = await preview(
    planOf('web').replace('sourceName', 'sourceNmae'),
    '-o',
    'json',
  );
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('sourceNmae');
});

test('no credentials: exit code 1 and one sentence', async () => {
  delete process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
  const { exitCode, failure } = await preview(planOf('web'));
  expect(exitCode).toBe(1);
  expect((failure as Error).message).toMatch(/^No Alibaba Cloud credentials were found\. Set [^\n]*$/);
});

test('the account stays as it was', async () => {
  await preview(planOf('web', 'off'));
  const { calls } = account.simulator.account.audit();
  expect(Object.keys(calls.perOperation).sort()).toEqual([
    'DescribeReplicationJobs',
    'DescribeSourceServers',
    'ListTagResources',
  ]);
});
