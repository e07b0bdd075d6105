import { aWorkbench, closeAll, creationFor, ourJob, ourRunningJob } from '../a-workbench';

afterEach(closeAll);

const names = ['web-01', 'web-02', 'web-03'];

test.each([true, false])(
  'all jobs of a batch are found, and none of another one (newer fields: %s)',
  async (newerFields) => {
    const bench = await aWorkbench({
      newerFields,
      jobSeconds: 100,
      servers: names.map((name) => ({ name })),
    });
    const running = await ourRunningJob(bench);
    const second = creationFor(bench, {
      server: 'web-02',
      sourceId: bench.account.sourceNames.get('web-02')!,
    });
    const { jobId } = await bench.run('createReplicationJob', { ...second, creationId: '2' });
    const third = bench.account.sourceNames.get('web-03')!;
    const other = creationFor(bench, { batch: 'dc1-b', server: 'web-03', sourceId: third, creationId: '3' });
    await bench.run('createReplicationJob', other);
    const { jobs } = await bench.run('findJobsOfBatch', { batch: 'dc1' });
    expect(jobs).toHaveLength(2);
    expect(jobs).toEqual(
      expect.arrayContaining([
        { jobId: running, server: 'web-01', sourceId: creationFor(bench).sourceId, runs: true },
        { jobId, server: 'web-02', sourceId: second.sourceId, runs: undefined },
      ]),
    );
  },
);

test('a job that is deleted while the tags are read does not end the look', async () => {
  const bench = await aWorkbench({ deletingSeconds: 0 });
  const jobId = await ourJob(bench);
  // Gone between the list of all tagged jobs and the look at their tags.
  jest.spyOn(bench.smc, 'allTagResources').mockImplementationOnce(async function* () {
    yield { resourceId: jobId, resourceType: 'replicationjob', tagKey: 'smc-batch', tagValue: 'dc1' };
    await bench.smc.deleteReplicationJob({ jobId });
  });
  expect((await bench.run('findJobsOfBatch', { batch: 'dc1' })).jobs).toEqual([]);
});
