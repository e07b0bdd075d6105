import { aWorkbench, closeAll, failureOf, incremental, ourRunningJob, statusOf } from './a-workbench';

afterEach(closeAll);

const hour = 3600;

async function aWaitingJob(options: object = {}) {
  const bench = await aWorkbench({ jobSeconds: hour, ...options });
  const jobId = await ourRunningJob(bench, incremental);
  bench.account.skip(hour);
  return { bench, jobId };
}

test.each([
  ['without a last sync', false, 'Finished'],
  ['with one last sync', true, 'Running'],
])('a job that waits is cut over %s', async (_, syncData, status) => {
  const { bench, jobId } = await aWaitingJob();
  await bench.run('cutOverReplicationJob', { jobId, syncData });
  expect(statusOf(bench, jobId)).toBe(status);
});

test.each([
  ['without a last sync', false],
  ['with one last sync', true],
])('a lost answer is no failure when the job has left Waiting, %s', async (_, syncData) => {
  const { bench, jobId } = await aWaitingJob();
  bench.breakThings({ calls: [{ operation: 'CutOverReplicationJob', reset: 'after' }] });
  await bench.run('cutOverReplicationJob', { jobId, syncData });
  bench.account.skip(hour);
  expect(statusOf(bench, jobId)).toBe('Finished');
});

test('a call that was lost on its way is repeated', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.breakThings({ calls: [{ operation: 'CutOverReplicationJob', nth: 1, reset: 'before' }] });
  const lost = await failureOf(bench.run('cutOverReplicationJob', { jobId, syncData: true }));
  expect(lost).toMatchObject({ type: 'NetworkError', isRetried: true });
  await bench.runAgain('cutOverReplicationJob', { jobId, syncData: true });
  expect(statusOf(bench, jobId)).toBe('Running');
});

test('a job that has been cut over is fine', async () => {
  const { bench, jobId } = await aWaitingJob();
  await bench.run('cutOverReplicationJob', { jobId });
  await bench.run('cutOverReplicationJob', { jobId });
});

test('a scheduled sync under way is not taken for the cut-over: it is waited out', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.account.skip(11.5 * hour);
  expect(statusOf(bench, jobId)).toBe('Running');
  const failure = await failureOf(bench.run('cutOverReplicationJob', { jobId }));
  expect(failure).toMatchObject({
    type: 'ReplicationJob.InvalidStatus',
    isRetried: true,
    nextRetryDelay: '1m',
  });
  bench.account.skip(hour);
  await bench.runAgain('cutOverReplicationJob', { jobId });
  expect(statusOf(bench, jobId)).toBe('Finished');
});

test.each([
  ['a job that has never run', {}, 'ReplicationJob.InvalidStatus'],
  ['a job that is not there', { jobId: 'j-none' }, 'InvalidJobId.NotFound'],
])('%s fails', async (_, more, type) => {
  const bench = await aWorkbench();
  const { jobId } = await bench.smc.createReplicationJob({
    regionId: 'cn-hangzhou',
    sourceId: bench.account.sourceNames.get('web-01')!,
    ...incremental,
  });
  const failure = await failureOf(bench.run('cutOverReplicationJob', { jobId, ...more }));
  expect(failure).toMatchObject({ type, isRetried: false });
});
