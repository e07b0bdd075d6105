import type { JobHeartbeat } from '../../../activities';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { aWorkbench, closeAll, incremental, letPass, ourRunningJob, type Workbench } from '../a-workbench';

afterEach(closeAll);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

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
/** What the batch was told of the job's end; of its syncs it was told `syncsOf`. */
const endsOf = ({ told }: Workbench) =>
  told.filter(({ args }) => (args[0] as { kind: string }).kind !== 'sync');
const syncsOf = ({ told }: Workbench) =>
  told.flatMap(({ args }) => {
    const report = args[0] as { kind: string; runs: boolean; dueAt?: number };
    return report.kind === 'sync' ? [[report.runs, report.dueAt !== undefined]] : [];
  });
const toldOf = (jobId: string, end: string) => ({
  workflowId: batchWorkflowId('dc1'),
  signal: 'serverReported',
  args: [
    expect.objectContaining({ kind: 'stoppedRunning', server: 'web-01', round: 2, start: 1, jobId, end }),
  ],
});

test('a sync is watched to its end: a job that breaks in it is reported to the batch', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.breakThings({ jobs: [{ source: 'web-01', fail: { atProgress: 60 } }] });
  bench.account.skip(12 * hour - 999);
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(endsOf(bench)).toEqual([]);
  bench.account.skip(1000);
  expect(await watching).toMatchObject({ end: 'InError', error: { code: 'InternalError' } });
  expect(endsOf(bench)).toEqual([toldOf(jobId, 'InError')]);
});

test('a job that somebody else has cut over has migrated its server, and its image is known', async () => {
  const { bench, jobId } = await aWaitingJob();
  await bench.smc.cutOverReplicationJob({ jobId, syncData: false });
  bench.account.skip(1000);
  expect(await watch(bench, jobId)).toMatchObject({
    end: 'Finished',
    imageId: expect.stringMatching(/^m-/),
  });
  expect(endsOf(bench)).toEqual([toldOf(jobId, 'Finished')]);
});

test('a job that somebody else has deleted is gone, once it has not been listed for a while', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.account.dropJob(bench.account.jobs.get(jobId)!);
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(endsOf(bench)).toEqual([]);
  letPass(61);
  expect(await watching).toMatchObject({ end: 'Gone', error: { code: 'ReplicationJob.Gone' } });
  expect(endsOf(bench)).toEqual([toldOf(jobId, 'Gone')]);
});

test('a job in an unknown status is watched further, and can be cut over', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.account.setStatus(bench.account.jobs.get(jobId)!, 'Hibernating' as never);
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(endsOf(bench)).toEqual([]);
  bench.account.setStatus(bench.account.jobs.get(jobId)!, 'InError');
  expect(await watching).toMatchObject({ end: 'InError' });
});

test('the batch hears when the next sync is due, that it runs, and that it has ended', async () => {
  const { bench, jobId } = await aWaitingJob();
  const watching = watch(bench, jobId);
  await bench.looked();
  expect(syncsOf(bench)).toEqual([[false, true]]);
  bench.account.skip(12 * hour - 1_000);
  letPass(12 * hour);
  await bench.looked();
  bench.account.skip(500);
  await until(() => syncsOf(bench).length === 2);
  bench.account.skip(1_000);
  await until(() => syncsOf(bench).length === 3);
  expect(syncsOf(bench)).toEqual([
    [false, true],
    [true, false],
    [false, true],
  ]);
  await bench.smc.cutOverReplicationJob({ jobId, syncData: false });
  await watching;
});

test('a sync that is due and does not come counts as running for a while only', async () => {
  const { bench, jobId } = await aWaitingJob();
  bench.account.schedule(bench.account.jobs.get(jobId)!, 'nextRun', undefined);
  letPass(12 * hour);
  const watching = watch(bench, jobId);
  await until(() => syncsOf(bench).length === 1);
  letPass(61);
  await until(() => syncsOf(bench).length === 2);
  expect(syncsOf(bench)).toEqual([
    [false, true],
    [false, false],
  ]);
  await bench.smc.cutOverReplicationJob({ jobId, syncData: false });
  await watching;
});

test('each heartbeat says when the job was seen: the views show its age', async () => {
  const { bench, jobId } = await aWaitingJob();
  const beats: JobHeartbeat[] = [];
  const environment = bench.environment(1);
  environment.on('heartbeat', (beat: JobHeartbeat) => beats.push(beat));
  const since = Date.now();
  const watching = bench.runIn(environment)('watchWaitingJob', {
    ...{ batch: 'dc1', server: 'web-01', round: 2, start: 1 },
    ...{ jobId, frequency: incremental.frequency },
  });
  await until(() => beats.length > 0);
  expect(beats[0]).toMatchObject({ jobId, status: 'Waiting', progress: 100 });
  expect(beats[0]!.lookedAt).toBeGreaterThanOrEqual(since);
  environment.cancel();
  await watching.catch(() => undefined);
});
