import { aWorkbench, closeAll, failureOf, ourJob, ourRunningJob, statusOf } from './a-workbench';

afterEach(closeAll);

test('a job is started', async () => {
  const bench = await aWorkbench();
  expect(statusOf(bench, await ourRunningJob(bench))).toBe('Running');
});

test('a start whose answer was lost is fine the second time, and starts nothing twice', async () => {
  const bench = await aWorkbench({
    faults: { calls: [{ operation: 'StartReplicationJob', nth: 1, reset: 'after' }] },
  });
  const jobId = await ourJob(bench);
  const lost = await failureOf(bench.run('startReplicationJob', { jobId }));
  expect(lost).toMatchObject({ type: 'NetworkError', isRetried: true });
  await bench.runAgain('startReplicationJob', { jobId });
  expect(bench.account.audit().instances.created).toBe(1);
});

test.each([
  ['runs', 100, {}],
  ['has finished', 0, {}],
  ['waits for its next run', 0, { runOnce: false, frequency: 12, maxNumberOfImageToKeep: 2 }],
])('a job that %s has been started', async (_, jobSeconds, settings) => {
  const bench = await aWorkbench({ jobSeconds });
  const jobId = await ourRunningJob(bench, settings);
  await bench.run('startReplicationJob', { jobId });
});

test('a job that runs but is still listed as Ready is asked for again soon', async () => {
  const bench = await aWorkbench({ readLagSeconds: 10 });
  const jobId = await ourJob(bench);
  bench.account.skip(10);
  await bench.run('startReplicationJob', { jobId });
  expect(await failureOf(bench.run('startReplicationJob', { jobId }))).toMatchObject({
    type: 'ReplicationJob.InvalidStatus',
    isRetried: true,
    nextRetryDelay: 5_000,
  });
  bench.account.skip(10);
  await bench.run('startReplicationJob', { jobId });
});

test('a source that went offline fails the start', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  bench.breakThings({ sources: [{ source: 'web-01', offline: true }] });
  expect(await failureOf(bench.run('startReplicationJob', { jobId }))).toMatchObject({
    type: 'SourceServerState.Invalid',
    isRetried: false,
  });
});

test('too many running jobs are a matter of quota', async () => {
  const bench = await aWorkbench({ runningQuota: 0 });
  const jobId = await ourJob(bench);
  expect(await failureOf(bench.run('startReplicationJob', { jobId }))).toMatchObject({ class: 'quota' });
});

test('an expired job is given with its end, and one that is not there is left to who waits for it', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  bench.account.skip(31 * 86_400);
  expect(await bench.run('startReplicationJob', { jobId })).toMatchObject({ end: 'Expired' });
  expect(await bench.run('startReplicationJob', { jobId: 'j-none' })).toBeUndefined();
});

test('a final refusal is given as it is', async () => {
  const bench = await aWorkbench({
    faults: { calls: [{ operation: 'StartReplicationJob', error: { code: 'Strange.Code' } }] },
  });
  const failure = await failureOf(bench.run('startReplicationJob', { jobId: await ourJob(bench) }));
  expect(failure).toMatchObject({ type: 'Strange.Code', isRetried: false });
});
