import { aWorkbench, closeAll, ourJob, ourRunningJob } from '../a-workbench';

afterEach(closeAll);

test('what SMC says of a broken job and of its source is read before the job is deleted', async () => {
  const bench = await aWorkbench({
    servers: [{ name: 'web-01' }],
    faults: {
      jobs: [
        {
          source: 'web-01',
          fail: { atProgress: 40, errorCode: 'InternalError', statusInfo: '{"error_code":"S1"}' },
        },
      ],
    },
  });
  const sourceId = bench.account.sourceNames.get('web-01')!;
  const jobId = await ourRunningJob(bench);
  bench.account.skip(1_000);
  const evidence = await bench.run('describeFailedJob', { jobId, sourceId, status: 'InError' });
  expect(evidence).toMatchObject({
    jobId,
    readAt: expect.any(Number),
    job: {
      status: 'InError',
      errorCode: 'InternalError',
      statusInfo: '{"error_code":"S1"}',
      progress: 40,
      startTime: expect.stringMatching(/Z$/),
    },
    source: { sourceId, state: expect.any(String) },
  });
});

test('a job that is not listed leaves what is known of its source', async () => {
  const bench = await aWorkbench({ servers: [{ name: 'web-01' }] });
  const sourceId = bench.account.sourceNames.get('web-01')!;
  const evidence = await bench.run('describeFailedJob', { jobId: 'j-gone', sourceId });
  expect(evidence).toMatchObject({
    jobId: 'j-gone',
    job: undefined,
    source: { sourceId, state: 'Available' },
  });
});

test('a late read is not taken for the end of the job', async () => {
  const bench = await aWorkbench({ servers: [{ name: 'web-01' }] });
  const sourceId = bench.account.sourceNames.get('web-01')!;
  const jobId = await ourJob(bench);
  const read = bench.run('describeFailedJob', { jobId, sourceId, status: 'Running' });
  await bench.looked();
  await bench.run('startReplicationJob', { jobId });
  expect((await read).job?.status).toBe('Running');
});
