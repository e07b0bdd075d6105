import type { JobHeartbeat } from '../../../activities';
import {
  aWorkbench,
  closeAll,
  incremental,
  letPass,
  ourJob,
  ourRunningJob,
  type Workbench,
} from '../a-workbench';

afterEach(closeAll);

const inputFor = (jobId: string, more: object = {}) => ({
  batch: 'dc1',
  server: 'web-01',
  round: 1,
  jobId,
  start: 1,
  before: { status: 'Ready' },
  stallTimeoutSeconds: 3600,
  ...more,
});
const reports = (bench: Workbench) =>
  bench.told.map(({ args: [report] }) => [
    (report as { kind: string }).kind,
    (report as { end: string }).end,
  ]);

test('a job is waited for until it has finished, and the batch hears of it at once', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const beats: JobHeartbeat[] = [];
  const environment = bench.environment(1);
  environment.on('heartbeat', (beat) => beats.push({ ...beat }));
  const waiting = bench.runIn(environment)('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  bench.account.skip(300);
  await bench.looked();
  expect(bench.told).toEqual([]);
  expect(beats.at(-1)).toMatchObject({ jobId, status: 'Running', businessStatus: 'Syncing' });
  bench.account.skip(700);
  expect(await waiting).toMatchObject({ end: 'Finished', imageId: expect.stringMatching(/^m-/) });
  expect(reports(bench)).toEqual([['stoppedRunning', 'Finished']]);
});

test('fifty jobs cost one call a tick', async () => {
  const servers = Array.from({ length: 50 }, (_, i) => ({ name: `web-${i}` }));
  const bench = await aWorkbench({ servers, jobSeconds: 1000 });
  const jobIds: string[] = [];
  for (const sourceId of bench.account.sources.keys()) {
    const { jobId } = await bench.smc.createReplicationJob({ regionId: 'cn-hangzhou', sourceId });
    await bench.smc.startReplicationJob({ jobId });
    jobIds.push(jobId);
  }
  bench.account.skip(1000);
  const wait = (jobId: string) => bench.runIn(bench.environment(1))('awaitReplicationJob', inputFor(jobId));
  await Promise.all(jobIds.map(wait));
  expect(bench.account.audit().calls.perOperation.DescribeReplicationJobs).toMatchObject({ accepted: 1 });
});

test('a late read that still shows the job as before its start is not believed', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000, readLagSeconds: 20 });
  const jobId = await ourJob(bench);
  bench.account.skip(20);
  await bench.run('startReplicationJob', { jobId });
  const waiting = bench.run('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  expect(bench.told).toEqual([]);
  bench.account.skip(20);
  await bench.looked();
  bench.account.skip(1000);
  expect((await waiting).end).toBe('Finished');
});

test('a job that is still as before after a minute has not started', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  const waiting = bench.run('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  letPass(61);
  expect((await waiting).end).toBe('Ready');
});

test("a restart differs from the error before it by the job's start time", async () => {
  const bench = await aWorkbench({
    jobSeconds: 100,
    faults: { jobs: [{ source: 'web-01', fail: { atProgress: 1 } }] },
  });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(100);
  const first = await bench.run('awaitReplicationJob', inputFor(jobId));
  await bench.run('startReplicationJob', { jobId });
  bench.account.skip(100);
  const before = { status: 'InError', startTime: first.startTime };
  const second = await bench.run('awaitReplicationJob', inputFor(jobId, { start: 2, before }));
  expect([first.end, second.end]).toEqual(['InError', 'InError']);
  expect(second.startTime).not.toBe(first.startTime);
});

test.each([
  ['its code and what can be done', 'SourceServer.Offline', undefined, /SMC client/],
  ['its own words', 'Strange.Code', '{"error_code":"X9","error_msg":"tape is torn"}', /documentation|ticket/],
])('a job InError is reported with %s', async (_, errorCode, statusInfo, remedy) => {
  const bench = await aWorkbench({
    jobSeconds: 100,
    faults: { jobs: [{ source: 'web-01', fail: { atProgress: 50, errorCode, statusInfo } }] },
  });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(100);
  const { end, error } = await bench.run('awaitReplicationJob', inputFor(jobId));
  expect(end).toBe('InError');
  expect(error).toMatchObject({ code: errorCode, remedy: expect.stringMatching(remedy) });
  expect(error?.message).toContain(statusInfo ?? jobId);
  expect(reports(bench)).toEqual([['stoppedRunning', 'InError']]);
});

test('a job that vanished is Gone, once that cannot be a late read any more', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const waiting = bench.run('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  bench.account.dropJob(bench.account.jobs.get(jobId)!);
  await bench.looked();
  expect(bench.told).toEqual([]);
  letPass(61);
  expect(await waiting).toMatchObject({ end: 'Gone', error: { code: 'ReplicationJob.Gone' } });
});

test('a job just created that is not listed yet is waited for', async () => {
  const bench = await aWorkbench({ jobSeconds: 0, readLagSeconds: 20 });
  const jobId = await ourRunningJob(bench);
  const waiting = bench.run('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  bench.account.skip(40);
  expect((await waiting).end).toBe('Finished');
});

test('a job that stands still is Stalled, and its slot is not given away', async () => {
  const bench = await aWorkbench({
    jobSeconds: 1000,
    faults: { jobs: [{ source: 'web-01', stall: { atProgress: 40 } }] },
  });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(900);
  const waiting = bench.run('awaitReplicationJob', inputFor(jobId, { stallTimeoutSeconds: 600 }));
  await bench.looked();
  letPass(601);
  expect(await waiting).toMatchObject({ end: 'Stalled', error: { code: 'ReplicationJob.Stalled' } });
  expect(bench.told).toEqual([]);
});

test('an incremental job ends its run Waiting', async () => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  const jobId = await ourRunningJob(bench, incremental);
  bench.account.skip(100);
  expect(await bench.run('awaitReplicationJob', inputFor(jobId))).toMatchObject({
    end: 'Waiting',
    imageId: expect.stringMatching(/^m-/),
  });
});

test('a cut-over is waited for, though a late read still shows the job Waiting', async () => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  const jobId = await ourRunningJob(bench, incremental);
  bench.account.skip(100);
  const waiting = bench.run(
    'awaitReplicationJob',
    inputFor(jobId, { start: 2, before: { status: 'Waiting' } }),
  );
  await bench.looked();
  expect(bench.told).toEqual([]);
  await bench.run('cutOverReplicationJob', { jobId, syncData: true });
  bench.account.skip(100);
  expect(await waiting).toMatchObject({ end: 'Finished' });
  expect(reports(bench)).toEqual([['stoppedRunning', 'Finished']]);
});

test('an account that cannot be asked for a while costs nothing but time', async () => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  const jobId = await ourRunningJob(bench);
  bench.breakThings({
    calls: [
      { operation: 'DescribeReplicationJobs', nth: 1, error: { code: 'Throttling.User' } },
      { operation: 'DescribeReplicationJobs', nth: 2, emptyStatus: 503 },
      { operation: 'DescribeReplicationJobs', nth: 3, body: 'truncated' },
    ],
  });
  bench.account.skip(100);
  expect((await bench.run('awaitReplicationJob', inputFor(jobId))).end).toBe('Finished');
});

test('a job that was seen to run keeps its slot while a late read shows it as before its start', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourJob(bench);
  const heard = { jobId, status: 'Running', changedAt: Date.now() };
  const waiting = bench.runIn(bench.environment(2, heard))('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  expect(bench.told).toEqual([]);
  letPass(61);
  expect((await waiting).end).toBe('Ready');
});

test('a job in an unknown status keeps its slot: the wait goes on, and ends when the job stalls', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const job = bench.account.jobs.get(jobId)!;
  bench.account.setStatus(job, 'Migrating' as never);
  const waiting = bench.run('awaitReplicationJob', inputFor(jobId));
  await bench.looked();
  expect(bench.told).toEqual([]);
  letPass(3601);
  expect(await waiting).toMatchObject({ end: 'Unknown', error: { code: 'UnknownStatus' } });
});

test('a job is not stalled for a worker before whose clock was behind, nor given a new time for one that was ahead', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const { replicationJobs } = await bench.smc.describeReplicationJobs({ jobIds: [jobId] });
  const { status, businessStatus, progress } = replicationJobs[0]!;
  const stoodMs = 1_800_000;
  for (const offMs of [-86_400_000, 86_400_000]) {
    const lookedAt = Date.now() + offMs;
    const heard = { jobId, status, businessStatus, progress, lookedAt, changedAt: lookedAt - stoodMs };
    const waiting = bench.runIn(bench.environment(2, heard))('awaitReplicationJob', inputFor(jobId));
    await bench.looked();
    expect(bench.told).toEqual([]);
    letPass(1_801);
    expect((await waiting).end).toBe('Stalled');
  }
});

test.each([
  ['as the plan has it', { imageName: 'golden' }, () => 'golden'],
  ['which SMC made unique', { imageName: 'taken' }, (jobId: string) => `taken_${jobId}`],
  ['which SMC gave, as the plan has none', {}, (jobId: string) => `SMC_${jobId}`],
] as const)('an end tells the name of the image, %s', async (_, settings, expected) => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  bench.account.imageNames.add('cn-hangzhou/taken');
  const jobId = await ourRunningJob(bench, settings);
  bench.account.skip(100);
  const ended = await bench.run('awaitReplicationJob', inputFor(jobId));
  expect(ended).toMatchObject({ end: 'Finished', imageName: expected(jobId) });
});
