import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { x as unpack } from 'tar';
import { aHouse, type House } from '../house/a-house';
import { runCli } from '../house/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-bundle-test-'));
const secrets = {
  ofProxy: 'proxy-p4ssw0rd',
  ofWebhook: 'webhook-t0ken-4711',
  ofSession: 'CAIS-security-t0ken',
  inTag: 'tag-hunter2-4711',
  inError: 'error-hunter2-4711',
  inUrl: 'url-hunter2-4711',
};
let house: House;
beforeAll(async () => {
  house = await aHouse({ servers: 3 });
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

const settings = () => ({
  ...house.env,
  HTTPS_PROXY: `http://proxyuser:${secrets.ofProxy}@127.0.0.1:9`,
  NO_PROXY: '127.0.0.1,localhost',
  SMC_WEBHOOK_URL: `http://127.0.0.1:9/robot/send?access_token=${secrets.ofWebhook}`,
  ALIBABA_CLOUD_SECURITY_TOKEN: secrets.ofSession,
});

const bundle = (...args: string[]) => runCli(['bundle', ...args], { env: settings(), cwd: folder });

/** The texts of an archive by their names, without the folder that it begins with. */
async function unpacked(file: string): Promise<Map<string, string>> {
  const at = join(folder, `${file}.d`);
  mkdirSync(at);
  await unpack({ file: join(folder, file), cwd: at, strip: 1 });
  const names = readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(at.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

test('an archive for support has all of a batch, says what is missing without a worker, and holds no secret', async () => {
  const { accessKeySecret } = { accessKeySecret: house.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET! };
  const [bad] = house.plan(1).servers;
  const statusInfo = `cannot upload: SecurityToken=${secrets.inError}&x=1 to http://root:${secrets.inUrl}@10.0.0.7/, secret ${accessKeySecret}`;
  house.breakThings({
    jobs: [{ source: bad!.sourceId!, fail: { atProgress: 30, errorCode: 'InternalError', statusInfo } }],
  });
  const plan = house.plan(3, {
    policy: { attempts: 1 },
    server: () => ({ job: { tags: [{ key: 'db-password', value: secrets.inTag }] } }),
  });
  await house.batch(plan).start(plan);

  const early = await bundle(plan.name, '-o', 'early.tar.gz');
  expect(early).toMatchObject({ code: 0, stdout: '' });
  expect(early.stderr).toMatch(/^missing {2}status, .*no worker takes work/m);
  const before = await unpacked('early.tar.gz');
  expect(before.get('README.txt')).toContain('no worker takes work');
  expect(JSON.parse(before.get('workflow.json')!)).toMatchObject({ status: 'RUNNING' });
  expect([...before.keys()]).toEqual(expect.arrayContaining(['histories/batch.json', 'doctor.json']));
  expect(before.has('status.json')).toBe(false);

  await house.startWorker();
  await house.batch(plan).result();
  const late = await bundle(plan.name);
  expect(late).toMatchObject({ code: 0, stdout: '' });
  const [, file = ''] = /^wrote (smc-batch-.*\.tar\.gz) \(\d+ files, \d+ KiB\)/m.exec(late.stderr) ?? [];
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  const after = await unpacked(file);
  expect(after.get('README.txt')).toContain('Nothing is missing.');
  const json = (name: string) => JSON.parse(after.get(name)!);
  expect(json('status.json')).toMatchObject({ progress: { counts: { migrated: 2, failed: 1 } } });
  expect(json('report.json')).toMatchObject({ batch: plan.name });
  expect(json('journal.json').length).toBeGreaterThan(0);
  expect(json('versions.json')).toMatchObject({ node: process.version, temporalServer: expect.any(String) });
  expect(json('doctor.json').settings.length).toBeGreaterThan(5);
  const names = [...after.keys()];
  expect(names.filter((name) => name.startsWith('explanations/'))).toEqual([
    `explanations/1-${bad!.name}.json`,
  ]);
  expect(names.filter((name) => name.startsWith('histories/servers/'))).toHaveLength(3);
  // Payloads are decoded.
  expect(json('histories/batch.json')[0]).toMatchObject({
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
    eventTime: expect.stringMatching(/^\d{4}-.*Z$/),
    workflowExecutionStartedEventAttributes: {
      input: { payloads: [{ plan: { name: plan.name, servers: [{ name: bad!.name }, {}, {}] } }] },
    },
  });
  expect(after.get('histories/quota.json')).toContain('EVENT_TYPE');

  for (const archive of [before, after])
    for (const [name, text] of archive)
      for (const secret of [...Object.values(secrets), accessKeySecret])
        expect({ name, has: text.includes(secret) && secret }).toEqual({ name, has: false });
  // The texts around the secrets stay.
  expect(after.get(`explanations/1-${bad!.name}.json`)).toContain('cannot upload: SecurityToken=(removed)');
});

test('a batch that does not exist is said so, as by every command, and nothing is written', async () => {
  const before = readdirSync(folder);
  const [asked, status] = [await bundle('no-such-batch'), await house.run('status', 'no-such-batch')];
  expect(asked).toEqual(status);
  expect(asked.stderr).toContain("There is no batch 'no-such-batch'");
  expect(readdirSync(folder)).toEqual(before);
});

test('where the archive cannot be written that is said, in one sentence', async () => {
  const plan = house.plan(1);
  const { code, stderr } = await bundle(plan.name, '-o', join(folder, 'no', 'such', 'folder.tar.gz'));
  expect({ code, said: stderr.split('\n').at(-2) }).toEqual({
    code: 1,
    said: expect.stringMatching(/^The archive could not be written: ENOENT/),
  });
});
