import { aWorkbench, closeAll, creationFor, failureOf, letPass, ourJob } from '../a-workbench';

afterEach(closeAll);

test('a job whose creation was never heard of is found by its tags', async () => {
  const bench = await aWorkbench();
  const { batch, server, sourceId } = creationFor(bench);
  bench.breakThings({ calls: [{ operation: 'CreateReplicationJob', reset: 'after' }] });
  expect(await failureOf(ourJob(bench))).toMatchObject({ isRetried: true });
  const [made] = bench.account.jobList();
  expect(await bench.run('findJobOfServer', { batch, server, sourceId })).toMatchObject({
    jobId: made!.jobId,
    status: 'Ready',
    adopted: true,
    creationTime: expect.any(String),
  });
  // Of another server it is none.
  const others = bench.run('findJobOfServer', { batch, server: 'web-02', sourceId });
  await bench.looked();
  letPass(61);
  expect(await others).toBeUndefined();
});

test('a Finished job that one look does not list is no reason to migrate its source a second time', async () => {
  const bench = await aWorkbench({ jobSeconds: 0 });
  const knownJobId = await ourJob(bench);
  await bench.run('startReplicationJob', { jobId: knownJobId });
  bench.account.skip(1);
  bench.breakThings({ calls: [{ operation: 'DescribeReplicationJobs', body: 'empty', times: 2 }] });
  const input = creationFor(bench, { knownJobId, creationId: 'again' });
  expect(await bench.run('createReplicationJob', input)).toMatchObject({
    jobId: knownJobId,
    status: 'Finished',
    adopted: true,
  });
  expect(bench.account.audit().creates.tookEffect).toBe(1);
});
