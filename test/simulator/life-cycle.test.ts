import { aJob, aRunningJob, aSimulator, call, closeAll, described, sourceId } from './harness';

afterEach(closeAll);

const hour = 3600;
const day = 24 * hour;
const utc = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const incremental = { RunOnce: 'false', Frequency: '12', MaxNumberOfImageToKeep: '2' };

describe('a job that runs', () => {
  test('goes through its four parts and ends Finished with an image, its instance released', async () => {
    const simulator = await aSimulator({ jobSeconds: 1000 });
    const jobId = await aRunningJob(simulator);
    const seen = [];
    for (const seconds of [10, 390, 400, 170, 30]) {
      simulator.account.skip(seconds);
      const { Status, BusinessStatus, Progress, TransitionInstanceId } = await described(simulator, jobId);
      seen.push([Status, BusinessStatus, Math.round(Progress), TransitionInstanceId !== undefined]);
    }
    expect(seen).toEqual([
      ['Running', 'Preparing', 0, true],
      ['Running', 'Syncing', 46, true],
      ['Running', 'Processing', 92, true],
      ['Running', 'Cleaning', 99, true],
      ['Finished', undefined, 100, false],
    ]);
    expect((await described(simulator, jobId)).ImageId).toMatch(/^m-/);
    expect(simulator.account.audit().instances).toMatchObject({ now: 0, created: 1, released: 1 });
    expect(simulator.account.audit().instances.hours).toBeCloseTo(1000 / hour);
  });

  test.each([
    ['at 100 Mbit/s', {}, 10, 2 ** 30 * 10 * (8 / 100e6 + 1 / 30e6)],
    [
      'at its own limit of 10 Mbit/s',
      { ReplicationParameters: '{"bandwidth_limit":10000}' },
      10,
      2 ** 30 * 10 * (8 / 10e6 + 1 / 30e6),
    ],
    [
      'with its data disk',
      { 'DataDisk.1.Index': '1', 'DataDisk.1.Size': '50' },
      30,
      2 ** 30 * 30 * (8 / 100e6 + 1 / 30e6),
    ],
  ])('takes as long as its used space needs %s', async (_, params, __, seconds) => {
    const servers = [{ name: 'web-01', usedGiB: 10, dataDisks: [{ sizeGiB: 50, usedGiB: 20 }] }];
    const simulator = await aSimulator({ servers, preparingSeconds: 0, cleaningSeconds: 0 });
    const jobId = await aRunningJob(simulator, params);
    simulator.account.skip(seconds - 1);
    expect((await described(simulator, jobId)).Status).toBe('Running');
    simulator.account.skip(2);
    expect((await described(simulator, jobId)).Status).toBe('Finished');
  });

  test('of zero length is Finished at the first read', async () => {
    const simulator = await aSimulator({ jobSeconds: 0 });
    expect((await described(simulator, await aRunningJob(simulator))).Status).toBe('Finished');
    expect(simulator.account.audit().jobs).toMatchObject({ running: 0, peakRunning: 1 });
  });

  test('cannot be started, deleted or cut over', async () => {
    const simulator = await aSimulator();
    const jobId = await aRunningJob(simulator);
    for (const action of ['StartReplicationJob', 'DeleteReplicationJob', 'CutOverReplicationJob']) {
      expect((await call(simulator, action, { JobId: jobId })).Code).toBe('ReplicationJob.InvalidStatus');
    }
  });

  test('can be stopped only while it syncs, keeps its instance, and resumes where it was', async () => {
    const simulator = await aSimulator({ jobSeconds: 1000 });
    const jobId = await aRunningJob(simulator);
    const stop = () => call(simulator, 'StopReplicationJob', { JobId: jobId });
    expect((await stop()).Code).toBe('ReplicationJob.InvalidBusinessStatus');
    simulator.account.skip(400);
    expect((await stop()).Code).toBeUndefined();
    expect(await described(simulator, jobId)).toMatchObject({ Status: 'Stopped', Progress: 46 });
    expect((await stop()).Code).toBe('ReplicationJob.InvalidStatus');
    expect(simulator.account.audit().instances).toMatchObject({ now: 1, leaked: 1 });
    await call(simulator, 'StartReplicationJob', { JobId: jobId });
    expect((await described(simulator, jobId)).Progress).toBe(46);
    simulator.account.skip(651);
    expect((await described(simulator, jobId)).Status).toBe('Finished');
    expect(simulator.account.audit().instances).toMatchObject({ created: 1, released: 1, leaked: 0 });
  });
});

test('no more jobs run than the quota lets, and a slot is free the moment a job ends', async () => {
  const simulator = await aSimulator({ runningQuota: 1, jobSeconds: 100 });
  await aRunningJob(simulator);
  const second = await aJob(simulator, {}, 'web-02');
  const start = () => call(simulator, 'StartReplicationJob', { JobId: second });
  expect((await start()).Code).toBe('QuotaExceeded.RunningReplicationJob');
  simulator.account.skip(100);
  expect((await start()).Code).toBeUndefined();
  expect(simulator.account.audit()).toMatchObject({ jobs: { peakRunning: 1 }, quota: { refusedStarts: 1 } });
});

test('a deleted job is Deleting for a while, then it is not listed and not known any more', async () => {
  const simulator = await aSimulator({ deletingSeconds: 30 });
  const jobId = await aJob(simulator);
  await call(simulator, 'DeleteReplicationJob', { JobId: jobId });
  expect((await described(simulator, jobId)).Status).toBe('Deleting');
  simulator.account.skip(30);
  expect(await described(simulator, jobId)).toBeUndefined();
  for (const action of ['Start', 'Stop', 'Delete'])
    expect((await call(simulator, `${action}ReplicationJob`, { JobId: jobId })).Code).toBe(
      'InvalidJobId.NotFound',
    );
});

test('a job starts by itself at its ScheduledStartTime, or later when the quota is full', async () => {
  const simulator = await aSimulator({ runningQuota: 1, jobSeconds: 1000 });
  const at = utc(simulator.account.now() + hour * 1000);
  const first = await aJob(simulator, { ScheduledStartTime: at });
  const second = await aJob(simulator, { ScheduledStartTime: at }, 'web-02');
  simulator.account.skip(hour + 60);
  expect((await described(simulator, first)).Status).toBe('Running');
  expect((await described(simulator, second)).Status).toBe('Ready');
  simulator.account.skip(1020);
  expect((await described(simulator, second)).Status).toBe('Running');
  expect(simulator.account.audit().jobs.peakRunning).toBe(1);
});

describe('when its ValidTime passes', () => {
  test('a job that waits to be started expires, and is gone seven days later', async () => {
    const simulator = await aSimulator();
    const jobId = await aJob(simulator, { ValidTime: utc(simulator.account.now() + 8 * day * 1000) });
    simulator.account.skip(8 * day + 1);
    expect((await described(simulator, jobId)).Status).toBe('Expired');
    simulator.account.skip(7 * day);
    expect(await described(simulator, jobId)).toBeUndefined();
    await expect(aJob(simulator)).resolves.toMatch(/^j-/);
  });

  test('a running job is left alone', async () => {
    const simulator = await aSimulator({ jobSeconds: 40 * day });
    const jobId = await aRunningJob(simulator);
    simulator.account.skip(31 * day);
    expect((await described(simulator, jobId)).Status).toBe('Running');
    simulator.account.skip(9 * day);
    expect((await described(simulator, jobId)).Status).toBe('Finished');
  });
});

describe('an incremental job', () => {
  test('waits between its runs, runs again by its frequency and keeps so many images', async () => {
    const simulator = await aSimulator({ jobSeconds: hour });
    const jobId = await aRunningJob(simulator, incremental);
    simulator.account.skip(hour);
    expect(await described(simulator, jobId)).toMatchObject({
      Status: 'Waiting',
      TransitionInstanceId: expect.any(String),
    });
    simulator.account.skip(11.5 * hour);
    expect((await described(simulator, jobId)).Status).toBe('Running');
    simulator.account.skip(24 * hour);
    const { ReplicationJobRuns, ImageId } = await described(simulator, jobId);
    const runs = ReplicationJobRuns.ReplicationJobRun;
    expect(runs.map((run: { Type: string }) => run.Type)).toEqual(['Manual', 'Schedule', 'Schedule']);
    expect(ImageId).toBe(runs[2].ImageId);
    expect([...simulator.account.images.keys()]).toEqual([runs[1].ImageId, runs[2].ImageId]);
  });

  test.each([
    ['ends at once without a last sync', 'false', 1],
    ['ends with one last sync and its image', 'true', 2],
  ])('that is cut over %s', async (_, SyncData, images) => {
    const simulator = await aSimulator({ jobSeconds: hour });
    const jobId = await aRunningJob(simulator, incremental);
    simulator.account.skip(hour);
    expect((await call(simulator, 'CutOverReplicationJob', { JobId: jobId, SyncData })).Code).toBeUndefined();
    if (SyncData === 'true') {
      expect((await described(simulator, jobId)).Status).toBe('Running');
      simulator.account.skip(hour);
    }
    expect((await described(simulator, jobId)).Status).toBe('Finished');
    expect(simulator.account.audit()).toMatchObject({ images: { total: images }, instances: { now: 0 } });
  });

  test('cannot be started or stopped while it waits', async () => {
    const simulator = await aSimulator({ jobSeconds: 0 });
    const jobId = await aRunningJob(simulator, incremental);
    for (const action of ['Start', 'Stop'])
      expect((await call(simulator, `${action}ReplicationJob`, { JobId: jobId })).Code).toBe(
        'ReplicationJob.InvalidStatus',
      );
  });
});

describe('reads that lag', () => {
  test('do not list a job that was just created, and show a started one as it was', async () => {
    const simulator = await aSimulator({ readLagSeconds: 10 });
    const jobId = await aJob(simulator);
    expect(await described(simulator, jobId)).toBeUndefined();
    simulator.account.skip(10);
    expect((await described(simulator, jobId)).Status).toBe('Ready');
    await call(simulator, 'StartReplicationJob', { JobId: jobId });
    expect((await described(simulator, jobId)).Status).toBe('Ready');
    simulator.account.skip(10);
    expect((await described(simulator, jobId)).Status).toBe('Running');
  });
});

test('without a vSwitch no more jobs run than the region has VPCs for', async () => {
  const simulator = await aSimulator({ vpcQuota: 1, preparingSeconds: 100 });
  await aRunningJob(simulator);
  const second = await aRunningJob(simulator, {}, 'web-02');
  simulator.account.skip(60);
  expect(await described(simulator, second)).toMatchObject({
    Status: 'InError',
    ErrorCode: 'QuotaExceeded.Vpc',
  });
});

describe('jobs are listed', () => {
  test('by each filter, all of them together, in pages', async () => {
    const simulator = await aSimulator({ servers: 12, jobSeconds: 1000 });
    const names = [...simulator.account.sourceNames.keys()];
    for (const [i, name] of names.entries()) {
      const params = {
        Name: `job-${i}`,
        RegionId: i % 2 ? 'cn-beijing' : 'cn-hangzhou',
        'Tag.1.Key': `t${i % 3}`,
        SystemDiskSize: '200',
      };
      await (i < 4 ? aRunningJob : aJob)(simulator, params, name);
    }
    simulator.account.skip(400);
    const count = async (params: Record<string, string>) =>
      (await call(simulator, 'DescribeReplicationJobs', params)).TotalCount;
    expect(await count({})).toBe(12);
    expect(await count({ Status: 'Running' })).toBe(4);
    expect(await count({ BusinessStatus: 'Syncing' })).toBe(4);
    expect(await count({ RegionId: 'cn-beijing', Status: 'Running' })).toBe(2);
    expect(await count({ Name: 'job-3' })).toBe(1);
    expect(await count({ Name: 'job-3', Status: 'Ready' })).toBe(0);
    expect(await count({ 'Tag.1.Key': 't0' })).toBe(4);
    expect(await count({ 'SourceId.1': sourceId(simulator, names[0]), 'SourceId.2': 's-none' })).toBe(1);
    const page = await call(simulator, 'DescribeReplicationJobs', { PageNumber: '3', PageSize: '5' });
    expect(page.ReplicationJobs.ReplicationJob.map((job: { Name: string }) => job.Name)).toEqual([
      'job-10',
      'job-11',
    ]);
  });

  test.each([
    [{ PageSize: '51' }, 'InvalidParameter.PageSize'],
    [{ PageNumber: '0' }, 'InvalidParameter.PageNumber'],
    [
      Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`JobId.${i + 1}`, `j-${i}`])),
      'NumberExceed.JobId',
    ],
    [{ 'Tag.1.Value': 'v' }, 'InvalidParameter.TagValue'],
  ])('not with %j', async (params, code) => {
    expect((await call(await aSimulator(), 'DescribeReplicationJobs', params)).Code).toBe(code);
  });
});
