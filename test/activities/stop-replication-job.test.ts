import { aWorkbench, closeAll, failureOf, letPass, ourJob, ourRunningJob, statusOf } from './a-workbench';

afterEach(closeAll);

const report = { batch: 'dc1', server: 'web-01', round: 1, start: 1, end: 'Stopped' as const };

test('a job that syncs is stopped, and the batch hears of its free slot', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(300);
  expect(await bench.run('stopReplicationJob', { jobId, report })).toMatchObject({ status: 'Stopped' });
  expect(statusOf(bench, jobId)).toBe('Stopped');
  const { batch: _, ...told } = report;
  expect(bench.told).toEqual([
    {
      workflowId: 'smc-batch:dc1',
      signal: 'serverReported',
      args: [{ kind: 'stoppedRunning', jobId, ...told, neverStarted: false }],
    },
  ]);
});

test('a job that prepares is not asked to stop before it syncs', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const stopping = bench.run('stopReplicationJob', { jobId, report });
  await bench.looked();
  expect([statusOf(bench, jobId), bench.told]).toEqual(['Running', []]);
  expect(bench.account.audit().calls.perOperation.StopReplicationJob).toBeUndefined();
  bench.account.skip(300);
  expect((await stopping).status).toBe('Stopped');
});

test('a job past its sync is waited for, and has its image', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(800);
  const stopping = bench.run('stopReplicationJob', { jobId, report });
  await bench.looked();
  bench.account.skip(300);
  expect(await stopping).toMatchObject({
    status: 'Finished',
    imageId: expect.stringMatching(/^m-/),
    said: expect.stringContaining('is Running in Processing at'),
  });
});

test('a job that goes on between look and call is looked at again', async () => {
  const bench = await aWorkbench({
    jobSeconds: 1000,
    faults: {
      calls: [
        { operation: 'StopReplicationJob', nth: 1, error: { code: 'ReplicationJob.InvalidBusinessStatus' } },
        { operation: 'StopReplicationJob', nth: 2, error: { code: 'Throttling.User' } },
        { operation: 'StopReplicationJob', nth: 3, reset: 'after' },
      ],
    },
  });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(300);
  expect((await bench.run('stopReplicationJob', { jobId, report })).status).toBe('Stopped');
  expect(bench.account.audit().calls.perOperation.StopReplicationJob).toMatchObject({ accepted: 1 });
});

test('a job that was never started is left as it is, and the batch hears of that', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  expect(await bench.run('stopReplicationJob', { jobId, report })).toMatchObject({ status: 'Ready' });
  expect(bench.told).toMatchObject([{ args: [{ neverStarted: true }] }]);
  expect(bench.account.audit().calls.perOperation.StopReplicationJob).toBeUndefined();
});

test('a job that is not listed any more is gone', async () => {
  const bench = await aWorkbench();
  const stopping = bench.run('stopReplicationJob', { jobId: 'j-none', report });
  await bench.looked();
  expect(bench.told).toEqual([]);
  letPass(61);
  expect(await stopping).toEqual({ status: 'Gone' });
});

test('a stop that is not allowed is asked for again, and no slot is given away meanwhile', async () => {
  const bench = await aWorkbench({
    jobSeconds: 1000,
    faults: { calls: [{ operation: 'StopReplicationJob', error: { code: 'Forbidden.RAM' } }] },
  });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(300);
  const failure = await failureOf(bench.run('stopReplicationJob', { jobId, report }));
  expect(failure).toMatchObject({ type: 'Forbidden.RAM', isRetried: true, class: 'account' });
  expect(bench.told).toEqual([]);
});

test('a job that may not be stopped is waited for, and keeps its slot, unless it is cancelled', async () => {
  const bench = await aWorkbench({
    jobSeconds: 1000,
    faults: { calls: [{ operation: 'StopReplicationJob', error: { code: 'Forbidden.RAM' } }] },
  });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(300);
  const stopping = bench.run('stopReplicationJob', { jobId, report, waitsForItsEnd: true });
  await bench.looked();
  expect(bench.told).toEqual([]);
  bench.account.skip(1000);
  expect(await stopping).toMatchObject({ status: 'Finished', imageId: expect.stringMatching(/^m-/) });
});

test('a job that is not listed yet is stopped once it is listed', async () => {
  const bench = await aWorkbench({ jobSeconds: 10_000, readLagSeconds: 100 });
  const jobId = await ourRunningJob(bench);
  const before = { status: 'Ready' };
  const stopping = bench.run('stopReplicationJob', { jobId, before, report });
  for (let i = 0; i < 3; i++) await bench.looked();
  expect(bench.told).toEqual([]);
  const time = setInterval(() => bench.account.skip(20), 20);
  expect(await stopping).toMatchObject({ status: 'Stopped' });
  clearInterval(time);
});

const restart = { after: ['Stalled' as const, 'InError' as const], inSeconds: 60 };
const stalled = { ...report, end: 'Stalled' as const };

test('a job that was stopped is started again when its migration has decided so, and the batch gets the same report', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(300);
  const stopped = await bench.run('stopReplicationJob', { jobId, report: stalled, restart });
  expect(stopped).toMatchObject({ status: 'Stopped', startsAgainInSeconds: 60 });
  expect(bench.told).toMatchObject([{ args: [{ end: 'Stalled', startsAgainInSeconds: 60 }] }]);
});

test.each(['gone', 'being deleted'])(
  'a job that is %s when it is to be stopped has its end: nobody hears of another start',
  async (state) => {
    const bench = await aWorkbench({ jobSeconds: 1000, deletingSeconds: 10_000 });
    const jobId = await ourJob(bench);
    const job = bench.account.jobs.get(jobId)!;
    if (state === 'gone') bench.account.dropJob(job);
    else bench.account.setStatus(job, 'Deleting');
    const stopping = bench.run('stopReplicationJob', { jobId, report: stalled, restart });
    if (state === 'gone') {
      await bench.looked();
      letPass(61);
    }
    const { startsAgainInSeconds } = await stopping;
    const [{ startsAgainInSeconds: told }] = bench.told[0]!.args as [{ startsAgainInSeconds?: number }];
    expect([startsAgainInSeconds, told, bench.told.length]).toEqual([undefined, undefined, 1]);
  },
);
