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
    nextRetryDelay: 60_000,
  });
  bench.account.skip(hour);
  await bench.runAgain('cutOverReplicationJob', { jobId });
  expect(statusOf(bench, jobId)).toBe('Finished');
});

test('a job whose last sync broke is given with all that it says, so that it can be started again', async () => {
  const { bench, jobId } = await aWaitingJob();
  const statusInfo = '{"error_code":"X9","error_msg":"tape is torn"}';
  bench.breakThings({ jobs: [{ source: 'web-01', fail: { atProgress: 50, statusInfo } }] });
  bench.account.skip(13 * hour);
  expect(statusOf(bench, jobId)).toBe('InError');
  expect(await bench.run('cutOverReplicationJob', { jobId, syncData: true })).toMatchObject({
    end: 'InError',
    error: {
      code: 'InternalError',
      message: `replication job ${jobId} is InError at 50 %: InternalError: ${statusInfo}`,
    },
  });
});

test('a job that has never run is given as Ready, and one that is not there is left to who waits for it', async () => {
  const bench = await aWorkbench();
  const { jobId } = await bench.smc.createReplicationJob({
    regionId: 'cn-hangzhou',
    sourceId: bench.account.sourceNames.get('web-01')!,
    ...incremental,
  });
  expect(await bench.run('cutOverReplicationJob', { jobId })).toMatchObject({ end: 'Ready' });
  expect(await bench.run('cutOverReplicationJob', { jobId: 'j-none' })).toBeUndefined();
});

test.each([
  ['the source is away', { sources: [{ source: 'web-01', offline: true as const }] }, 'state'],
  [
    'the account says no',
    { calls: [{ operation: 'CutOverReplicationJob', error: { code: 'Strange.Code' } }] },
    'fatal',
  ],
])('where %s nothing happens to the job', async (_, faults, errorClass) => {
  const { bench, jobId } = await aWaitingJob();
  bench.breakThings(faults);
  const failure = await failureOf(bench.run('cutOverReplicationJob', { jobId, syncData: true }));
  expect(failure).toMatchObject({ class: errorClass, isRetried: false });
  expect(statusOf(bench, jobId)).toBe('Waiting');
});
