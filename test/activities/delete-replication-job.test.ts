import { CancelledFailure } from '@temporalio/activity';
import { aWorkbench, closeAll, failureOf, letPass, ourJob, ourRunningJob, statusOf } from './a-workbench';

afterEach(closeAll);

const result = { outcome: 'cancelled' as const };
const report = { batch: 'dc1', server: 'web-01', round: 2, result };
const ended = {
  workflowId: 'smc-batch:dc1',
  signal: 'serverReported',
  args: [{ kind: 'ended', server: 'web-01', round: 2, result }],
};

test('the batch hears of the end when the job is seen gone, not before', async () => {
  const bench = await aWorkbench({ deletingSeconds: 30 });
  const jobId = await ourJob(bench);
  const deleting = bench.run('deleteReplicationJob', { jobId, report });
  await bench.looked();
  expect([statusOf(bench, jobId), bench.told]).toEqual(['Deleting', []]);
  bench.account.skip(30);
  await deleting;
  expect([statusOf(bench, jobId), bench.told]).toEqual([undefined, [ended]]);
});

test('a job that has gone already is fine', async () => {
  const bench = await aWorkbench();
  const deleting = bench.run('deleteReplicationJob', { jobId: 'j-none', report });
  await bench.looked();
  expect(bench.told).toEqual([]);
  letPass(61);
  await deleting;
  expect(bench.told).toEqual([ended]);
});

test('without a report the batch gets no message', async () => {
  const bench = await aWorkbench({ deletingSeconds: 0 });
  await bench.run('deleteReplicationJob', { jobId: await ourJob(bench) });
  expect(bench.told).toEqual([]);
});

test('a deletion whose answer was lost goes on at the next attempt', async () => {
  const bench = await aWorkbench({
    deletingSeconds: 30,
    faults: { calls: [{ operation: 'DeleteReplicationJob', nth: 1, reset: 'after' }] },
  });
  const jobId = await ourJob(bench);
  expect(await failureOf(bench.run('deleteReplicationJob', { jobId }))).toMatchObject({ isRetried: true });
  const again = bench.runAgain('deleteReplicationJob', { jobId });
  await bench.looked();
  bench.account.skip(30);
  await again;
});

test('reads that lag show the job as it was for a while: it is not taken for a refusal', async () => {
  const bench = await aWorkbench({ readLagSeconds: 20, deletingSeconds: 30 });
  const jobId = await ourJob(bench);
  bench.account.skip(20);
  const deleting = bench.run('deleteReplicationJob', { jobId, report });
  await bench.looked();
  expect((await bench.smc.describeReplicationJobs({ jobIds: [jobId] })).replicationJobs[0]?.status).toBe(
    'Ready',
  );
  bench.account.skip(20);
  await bench.looked();
  bench.account.skip(10);
  await deleting;
  expect(bench.told).toEqual([ended]);
});

test('a job that runs once more is deleted when that run has ended', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000, deletingSeconds: 0 });
  const jobId = await ourRunningJob(bench);
  const deleting = bench.run('deleteReplicationJob', { jobId });
  await bench.looked();
  expect(statusOf(bench, jobId)).toBe('Running');
  bench.account.skip(1000);
  await deleting;
  expect(statusOf(bench, jobId)).toBeUndefined();
});

test('a job just started whose listing is late is not given up', async () => {
  const bench = await aWorkbench({ jobSeconds: 100, readLagSeconds: 20 });
  const jobId = await ourJob(bench);
  bench.account.skip(20);
  await bench.run('startReplicationJob', { jobId });
  const time = setInterval(() => bench.account.skip(5), 20);
  await bench.run('deleteReplicationJob', { jobId });
  clearInterval(time);
  expect(statusOf(bench, jobId)).toBeUndefined();
});

test('a deletion that is not allowed is asked for again', async () => {
  const bench = await aWorkbench({
    faults: { calls: [{ operation: 'DeleteReplicationJob', error: { code: 'Forbidden.RAM' } }] },
  });
  const jobId = await ourJob(bench);
  expect(await failureOf(bench.run('deleteReplicationJob', { jobId }))).toMatchObject({
    type: 'Forbidden.RAM',
    isRetried: true,
    class: 'account',
  });
});

test('a cancellation ends the wait', async () => {
  const bench = await aWorkbench({ deletingSeconds: 30 });
  const jobId = await ourJob(bench);
  const environment = bench.environment(1);
  const deleting = bench.runIn(environment)('deleteReplicationJob', { jobId });
  await bench.looked();
  environment.cancel();
  await expect(deleting).rejects.toThrow(CancelledFailure);
});

const failed = { outcome: 'failed' as const, jobId: 'any', error: { code: 'X', message: '', remedy: '' } };

test.each(['before it is asked for', 'while it is refused'])(
  'a failed job that is seen Finished %s is kept, and given back with its image',
  async (when) => {
    const bench = await aWorkbench({ jobSeconds: 1000 });
    const jobId = await ourRunningJob(bench);
    const isRefused = when === 'while it is refused';
    bench.account.skip(isRefused ? 900 : 1000);
    const deleting = bench.run('deleteReplicationJob', { jobId, report: { ...report, result: failed } });
    if (isRefused) await bench.looked();
    bench.account.skip(1000);
    expect(await deleting).toMatchObject({
      finished: { end: 'Finished', imageId: expect.stringMatching(/^m-/) },
    });
    expect([statusOf(bench, jobId), bench.told]).toEqual(['Finished', []]);
  },
);

test('a deletion that was refused while the job ran is asked for again only once its end is seen', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(960);
  const deleting = bench.run('deleteReplicationJob', { jobId, report: { ...report, result: failed } });
  for (let i = 0; i < 6; i++) await bench.looked();
  const { DeleteReplicationJob } = bench.account.audit().calls.perOperation;
  expect(DeleteReplicationJob).toEqual({ accepted: 0, refused: { 'ReplicationJob.InvalidStatus': 1 } });
  bench.account.skip(50);
  expect(await deleting).toMatchObject({ finished: { end: 'Finished' } });
});
