import { aWorkbench, closeAll, creationFor, ourRunningJob } from '../a-workbench';

afterEach(closeAll);

test.each([
  ['by the tags in the answers', true],
  ['by the tag service, where answers have no tags', false],
])('the jobs of other tools and batches are counted apart %s', async (_, newerFields) => {
  const bench = await aWorkbench({
    newerFields,
    servers: 3,
    jobSeconds: 1000,
    faults: { foreignJobs: [{ existing: 70, running: 5 }] },
  });
  const [first, second] = [...bench.account.sources.keys()];
  const job = { regionId: 'cn-hangzhou', systemDiskSize: 200 };
  const ours = await bench.run('createReplicationJob', creationFor(bench, { sourceId: first, job }));
  await bench.run('startReplicationJob', ours);
  const other = creationFor(bench, { sourceId: second, job, batch: 'dc2', creationId: 'dc2/1' });
  await bench.run('createReplicationJob', other);

  const all = { existing: 72, running: 6 };
  expect(await bench.run('countReplicationJobs', { batches: ['dc1', 'dc2'] })).toMatchObject({
    all,
    others: { existing: 70, running: 5 },
  });
  expect(await bench.run('countReplicationJobs', { batches: ['dc1'] })).toMatchObject({
    all,
    others: { existing: 71, running: 5 },
  });
  expect(await bench.run('countReplicationJobs', { batches: [] })).toMatchObject({ all, others: all });
});

test('an empty account has none, by one call', async () => {
  const bench = await aWorkbench();
  const none = { existing: 0, running: 0 };
  expect(await bench.run('countReplicationJobs', { batches: ['dc1'] })).toMatchObject({
    all: none,
    others: none,
  });
  expect(bench.account.audit().calls.total).toBe(1);
});

test('a job that is being deleted still counts as existing, not as running', async () => {
  const bench = await aWorkbench({ jobSeconds: 10 });
  const jobId = await ourRunningJob(bench);
  bench.account.skip(10);
  await bench.smc.deleteReplicationJob({ jobId });
  const { all } = await bench.run('countReplicationJobs', { batches: [] });
  expect(all).toEqual({ existing: 1, running: 0 });
});
