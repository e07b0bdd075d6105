import { setTimeout as sleep } from 'node:timers/promises';
import {
  aWorkbench,
  closeAll,
  creationFor,
  failureOf,
  letPass,
  ourRunningJob,
  type Workbench,
} from '../a-workbench';

afterEach(closeAll);

const none = { operation: 'DescribeReplicationJobs', body: 'empty' } as const;
const noSource = { operation: 'DescribeSourceServers', body: 'empty' } as const;

/** A job at work, and who waits for it, by the name of the activity. */
async function watched(name: 'awaitReplicationJob' | 'watchWaitingJob' | 'stopReplicationJob') {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const { sourceId } = creationFor(bench);
  const who = { batch: 'dc1', server: 'web-01', round: 1, start: 1 };
  const beats: { pollError?: string }[] = [];
  const environment = bench.environment(1);
  environment.on('heartbeat', (beat) => beats.push({ ...beat }));
  const run = bench.runIn(environment);
  const begin = () => {
    if (name === 'awaitReplicationJob')
      return run(name, { ...who, jobId, sourceId, stallTimeoutSeconds: 36_000 });
    if (name === 'watchWaitingJob') return run(name, { ...who, jobId, sourceId, frequency: 12 });
    return run(name, { jobId, sourceId, report: { ...who, end: 'Stalled' }, waitsForItsEnd: true });
  };
  let ended: unknown;
  void begin().then(
    (end) => {
      ended = end;
    },
    () => undefined,
  );
  await looks(bench);
  return { bench, jobId, sourceId, beats, ended: () => ended };
}

/** A sync that runs is told, and is no end. */
const saidOfAnEnd = ({ told }: Workbench) =>
  told.filter(({ args }) => (args[0] as { kind?: string }).kind !== 'sync');

/** Several looks, by who has not come to an end yet. */
async function looks({ account }: Workbench): Promise<void> {
  const { callsTotal } = account.record;
  for (let n = 0; n < 100 && account.record.callsTotal < callsTotal + 4; n++) await sleep(5);
}

/** Long enough for every late read, with the looks that it takes. */
async function wait(bench: Workbench, whiles = 1): Promise<void> {
  for (let i = 0; i < whiles; i++) {
    letPass(61);
    await looks(bench);
    await looks(bench);
  }
}

describe.each(['awaitReplicationJob', 'watchWaitingJob', 'stopReplicationJob'] as const)('%s', (name) => {
  test('an empty answer after an outage costs nothing: patience begins with the first odd read', async () => {
    const { bench, ended } = await watched(name);
    bench.breakThings({ calls: [{ operation: 'DescribeReplicationJobs', emptyStatus: 503 }] });
    await looks(bench);
    letPass(75);
    bench.breakThings({ calls: [{ ...none, times: 1 }] });
    await wait(bench);
    expect([ended(), saidOfAnEnd(bench)]).toEqual([undefined, []]);
    bench.account.skip(2_000);
    await looks(bench);
  });

  test('a job counts on while its source says that it uses it', async () => {
    const { bench, ended } = await watched(name);
    bench.breakThings({ calls: [none] });
    await wait(bench, 3);
    expect([ended(), saidOfAnEnd(bench)]).toEqual([undefined, []]);
    bench.breakThings({});
    bench.account.skip(2_000);
    await looks(bench);
  });

  test('a worker that sees another account takes no job for gone', async () => {
    const { bench, ended, beats } = await watched(name);
    bench.breakThings({ calls: [none, noSource] });
    await wait(bench, 3);
    expect([ended(), saidOfAnEnd(bench)]).toEqual([undefined, []]);
    if (name === 'watchWaitingJob')
      expect(beats.at(-1)?.pollError).toContain("another account's credentials");
    bench.breakThings({});
    bench.account.skip(2_000);
    await looks(bench);
  });

  test('a job that somebody has deleted is gone, once its source has been seen without it', async () => {
    const { bench, jobId, ended } = await watched(name);
    bench.account.dropJob(bench.account.jobs.get(jobId)!);
    await looks(bench);
    expect(ended()).toBeUndefined();
    await wait(bench, 2);
    const expected = name === 'stopReplicationJob' ? { status: 'Gone' } : { end: 'Gone' };
    expect(ended()).toMatchObject(expected);
  });
});

test('a job that cannot be stopped since nothing of it can be seen counts as left, and is named', async () => {
  const { bench, ended } = await watched('stopReplicationJob');
  bench.breakThings({ calls: [none, noSource] });
  await wait(bench);
  letPass(601);
  await wait(bench);
  expect(ended()).toMatchObject({ status: 'NotSeen', error: { code: 'ReplicationJob.NotSeen' } });
});

test('a batch hears of a job as missing only where its source can be seen without it', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const { sourceId } = creationFor(bench);
  const expected = [{ jobId, sourceId }];
  const missing = async () => (await bench.run('findJobsOfBatch', { batch: 'dc1', expected })).missing;
  expect(await missing()).toEqual([]);
  bench.breakThings({ calls: [none, { operation: 'ListTagResources', body: 'empty' }] });
  expect(await missing()).toEqual([]);
  bench.breakThings({ calls: [none, noSource, { operation: 'ListTagResources', body: 'empty' }] });
  expect(await missing()).toEqual([]);
  bench.breakThings({});
  bench.account.dropJob(bench.account.jobs.get(jobId)!);
  expect(await missing()).toEqual([jobId]);
});

test('a job whose deletion is refused as unknown counts on while its source cannot be seen either', async () => {
  const bench = await aWorkbench({ jobSeconds: 1000 });
  const jobId = await ourRunningJob(bench);
  const { sourceId } = creationFor(bench);
  const notFound = { operation: 'DeleteReplicationJob', error: { code: 'InvalidJobId.NotFound' } };
  bench.breakThings({ calls: [none, noSource, notFound] });
  const result = { outcome: 'cancelled' as const };
  const report = { batch: 'dc1', server: 'web-01', round: 1, result };
  const failing = failureOf(bench.run('deleteReplicationJob', { jobId, sourceId, report }));
  await looks(bench);
  await wait(bench);
  expect(await failing).toMatchObject({ type: 'ReplicationJob.NotSeen', isRetried: false });
  expect(bench.told).toEqual([]);
});
