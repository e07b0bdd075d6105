import { batchWorkflowId } from '../../workflows/ids';
import { aWorkbench, closeAll, incremental, letPass, ourRunningJob, type Workbench } from './a-workbench';

afterEach(closeAll);

const hour = 3600;
/** A job after its first run, Waiting for the next one in twelve hours. */
async function aWaitingJob(faults?: object): Promise<{ bench: Workbench; jobId: string }> {
  const bench = await aWorkbench({ jobSeconds: 1000, faults });
  const jobId = await ourRunningJob(bench, incremental);
  bench.account.skip(1000);
  return { bench, jobId };
}
const watch = (bench: Workbench, jobId: string) =>
  bench.run('watchWaitingJob', {
    ...{ batch: 'dc1', server: 'web-01', round: 2, start: 1 },
    ...{ jobId, frequency: incremental.frequency },
  });
const toldOf = (jobId: string, end: string) => ({
  workflowId: batchWorkflowId('dc1'),
  signal: 'serverReported',
  args: [
    expect.objectContaining({ kind: 'stoppedRunning', server: 'web-01', round: 2, start: 1, jobId, end }),
  ],
});

test('no job that broke between two syncs passes for synced: the sync is watched to its end, and the batch hears of it', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.breakThings({ jobs: [{ source: 'web-01', fail: { atProgress: 60 } }] });
  bench.account.skip(12 * hour - 999);
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(bench.told).toEqual([]);
  bench.account.skip(1000);
  expect(await watching).toMatchObject({ end: 'InError', error: { code: 'InternalError' } });
  expect(bench.told).toEqual([toldOf(jobId, 'InError')]);
});

test('a job that somebody else has cut over has migrated its server, and its image is known', async () => {
  const { bench, jobId } = await aWaitingJob();
  await bench.smc.cutOverReplicationJob({ jobId, syncData: false });
  bench.account.skip(1000);
  expect(await watch(bench, jobId)).toMatchObject({
    end: 'Finished',
    imageId: expect.stringMatching(/^m-/),
  });
  expect(bench.told).toEqual([toldOf(jobId, 'Finished')]);
});

test('a job that somebody else has deleted is gone, once it has not been listed for a while', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.account.dropJob(bench.account.jobs.get(jobId)!);
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(bench.told).toEqual([]);
  letPass(61);
  expect(await watching).toMatchObject({ end: 'Gone', error: { code: 'ReplicationJob.Gone' } });
  expect(bench.told).toEqual([toldOf(jobId, 'Gone')]);
});

test('no job deleted for a status that is not known: it goes on being watched, and can be cut over', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.account.setStatus(bench.account.jobs.get(jobId)!, 'Hibernating' as never);
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(bench.told).toEqual([]);
  bench.account.setStatus(bench.account.jobs.get(jobId)!, 'InError');
  expect(await watching).toMatchObject({ end: 'InError' });
});
