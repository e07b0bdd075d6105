import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../../src/simulator';
import { aJob, aRunningJob, aSimulator, call, closeAll, described, sourceId } from './harness';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true });
});

test('an account survives its process: jobs, tags, tokens, images, faults, audit and the time', async () => {
  const options = {
    stateFile: join(folder, 'account.json'),
    jobSeconds: 1000,
    servers: [{ name: 'web-01' }, { name: 'web-02' }, { name: 'web-03' }],
    faults: { jobs: [{ source: 'web-03', slower: 2 }], foreignJobs: [{ existing: 1, running: 1 }] },
  };
  const before = await aSimulator(options);
  const done = await aRunningJob(before, { ImageName: 'golden', ClientToken: 'once' });
  before.account.skip(1000);
  const running = await aRunningJob(before, {}, 'web-02');
  before.account.skip(400);
  await call(before, 'TagResources', {
    ResourceType: 'sourceserver',
    'ResourceId.1': sourceId(before),
    'Tag.1.Key': 'k',
    'Tag.1.Value': 'v',
  });
  const audit = before.account.audit();
  const job = await described(before, running);
  await before.close();

  const after = await aSimulator({ ...options, servers: 0, faults: undefined });
  expect(await described(after, running)).toEqual(job);
  expect(after.account.audit()).toMatchObject({
    virtualNow: audit.virtualNow,
    jobs: audit.jobs,
    images: audit.images,
    creates: { tookEffect: 2 },
    instances: audit.instances,
  });
  expect(await aJob(after, { ImageName: 'golden', ClientToken: 'once' })).toBe(done);
  const tags = await call(after, 'ListTagResources', { ResourceType: 'sourceserver', 'Tag.1.Key': 'k' });
  expect(tags.TagResources.TagResource).toHaveLength(1);
  after.account.skip(601);
  expect((await described(after, running)).Status).toBe('Finished');
  const slow = await aRunningJob(after, { ImageName: 'golden' }, 'web-03');
  after.account.skip(1999);
  expect((await described(after, slow)).Status).toBe('Running');
  after.account.skip(2);
  expect((await described(after, slow)).ImageName).toBe(`golden_${slow}`);
});

test('a change is kept soon, without being asked', async () => {
  const stateFile = join(folder, 'account.json');
  const simulator = await aSimulator({ stateFile });
  const jobId = await aJob(simulator);
  for (let i = 0; i < 100 && !readFileSync(stateFile, 'utf8').includes(jobId); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(readFileSync(stateFile, 'utf8')).toContain(jobId);
  expect(existsSync(`${stateFile}.new`)).toBe(false);
});

test.each([
  ['is not JSON', '{'],
  ['is something else', '{"version": 1}'],
  ['is empty', 'null'],
])('a state file that %s is refused, and left as it is', async (_, text) => {
  const stateFile = join(folder, 'account.json');
  writeFileSync(stateFile, text);
  await expect(startSimulator({ stateFile })).rejects.toThrow();
  expect(readFileSync(stateFile, 'utf8')).toBe(text);
});
