import { growth } from '../growth';
import { aJob, aRunningJob, aSimulator, call, closeAll, send, sourceId } from './harness';

afterEach(closeAll);

test('the audit tells when jobs ran, to the virtual second, however seldom it is read', async () => {
  const simulator = await aSimulator({ jobSeconds: 100 });
  await aRunningJob(simulator);
  simulator.account.skip(60);
  await aRunningJob(simulator, {}, 'web-02');
  simulator.account.skip(10_000);
  const { timeline, jobs } = simulator.account.audit();
  expect(timeline.map(({ atSeconds, existing, running }) => [atSeconds, existing, running])).toEqual([
    [0, 1, 0],
    [0, 1, 1],
    [60, 2, 1],
    [60, 2, 2],
    [100, 2, 1],
    [160, 2, 0],
  ]);
  expect(jobs).toMatchObject({ existing: 2, running: 0, peakExisting: 2, peakRunning: 2 });
});

test('with a clock that runs, the timeline tells real time too, and nothing of it lies in the future', async () => {
  const simulator = await aSimulator({ speed: 10_000, jobSeconds: 100 });
  await aRunningJob(simulator);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { timeline, realMs, virtualSeconds } = simulator.account.audit();
  const [, began, ended] = timeline;
  expect(ended!.atSeconds - began!.atSeconds).toBeCloseTo(100, 3);
  expect(ended!.realMs - began!.realMs).toBeCloseTo(10, 1);
  expect(ended!.realMs).toBeLessThanOrEqual(realMs);
  expect(ended!.atSeconds).toBeLessThanOrEqual(virtualSeconds);
});

test('the audit counts calls by operation and refusals by code, and names what is left over', async () => {
  const simulator = await aSimulator();
  const jobId = await aJob(simulator, { Name: 'left' });
  await call(simulator, 'CreateReplicationJob');
  await call(simulator, 'StopReplicationJob', { JobId: jobId });
  await send(simulator.endpoint, { path: '/?Action=Nothing' });
  const { calls, jobs } = JSON.parse(
    (await send(simulator.endpoint, { path: '/__audit?timeline=false' })).body,
  );
  expect(calls).toEqual({
    total: 4,
    perOperation: {
      CreateReplicationJob: { accepted: 1, refused: { MissingRegionId: 1 } },
      StopReplicationJob: { accepted: 0, refused: { 'ReplicationJob.InvalidStatus': 1 } },
      unknown: { accepted: 0, refused: { MissingVersion: 1 } },
    },
  });
  expect(jobs.leftovers).toEqual([{ jobId, sourceId: sourceId(simulator), status: 'Ready', name: 'left' }]);
});

test('an instance is billed from the first run until its job is deleted', async () => {
  const simulator = await aSimulator({ faults: { jobs: [{ source: '*', fail: { atProgress: 0 } }] } });
  const jobId = await aRunningJob(simulator);
  simulator.account.skip(7200);
  expect(simulator.account.audit().instances).toMatchObject({ now: 1, leaked: 1, hours: 2 });
  await call(simulator, 'DeleteReplicationJob', { JobId: jobId });
  simulator.account.skip(7200);
  expect(simulator.account.audit().instances).toEqual({
    now: 0,
    created: 1,
    released: 1,
    leaked: 0,
    hours: 2,
  });
});

test('the clock can be moved over HTTP', async () => {
  const { endpoint } = await aSimulator();
  const post = (body: string) =>
    send(endpoint, {
      method: 'POST',
      path: '/__clock',
      headers: { 'content-type': 'application/json' },
      body,
    });
  expect(JSON.parse((await post('{"skipSeconds": 90}')).body).virtualSeconds).toBe(90);
  for (const body of ['{"skipSeconds": -1}', 'null', '{']) expect((await post(body)).status).toBe(400);
});

test('a read of one job costs the same among 1,000 of 10,000 sources as among 100 of 1,000', async () => {
  const open = async (jobs: number) => {
    const simulator = await aSimulator({
      servers: 10 * jobs,
      jobsQuota: 1000,
      runningQuota: 1000,
      jobSeconds: 1000,
    });
    const names = [...simulator.account.sourceNames.keys()].slice(0, jobs);
    const jobIds: string[] = [];
    for (const name of names) jobIds.push(await aRunningJob(simulator, { SystemDiskSize: '200' }, name));
    return { simulator, jobIds };
  };
  const accounts = new Map([
    [100, await open(100)],
    [1_000, await open(1_000)],
  ]);
  const readPages = async (jobs: number) => {
    const { simulator, jobIds } = accounts.get(jobs)!;
    for (let page = 0; page < 10; page++) {
      const chunk = Array.from({ length: 50 }, (_, n) => jobIds[(50 * page + n) % jobs]);
      const params = Object.fromEntries(chunk.map((jobId, n) => [`JobId.${n + 1}`, jobId]));
      const answer = await call(simulator, 'DescribeReplicationJobs', { ...params, PageSize: '50' });
      expect(answer.ReplicationJobs.ReplicationJob).toHaveLength(50);
    }
  };
  expect(await growth([100, 1_000], readPages, 1)).toBeLessThan(3);
  expect(accounts.get(1_000)!.simulator.account.audit().jobs).toMatchObject({
    existing: 1000,
    running: 1000,
    peakRunning: 1000,
  });
});
