import { aWorkbench, closeAll, failureOf, ourJob, ourRunningJob } from '../a-workbench';

afterEach(closeAll);

const idOf = (bench: Awaited<ReturnType<typeof aWorkbench>>, name = 'web-01') =>
  bench.account.sourceNames.get(name)!;

describe('modifySourceServerAttribute', () => {
  test('names and describes a source', async () => {
    const bench = await aWorkbench();
    const sourceId = idOf(bench);
    await bench.run('modifySourceServerAttribute', { sourceId, name: 'shop', description: 'The shop' });
    expect(bench.account.sources.get(sourceId)).toMatchObject({ name: 'shop', description: 'The shop' });
  });

  test('is fine with a name that is its own already, not with that of another', async () => {
    const bench = await aWorkbench({
      faults: {
        calls: [{ operation: 'ModifySourceServerAttribute', error: { code: 'SourceServerName.Duplicate' } }],
      },
    });
    await bench.run('modifySourceServerAttribute', { sourceId: idOf(bench), name: 'web-01' });
    const refused = bench.run('modifySourceServerAttribute', { sourceId: idOf(bench), name: 'web-02' });
    expect(await failureOf(refused)).toMatchObject({ type: 'SourceServerName.Duplicate', isRetried: false });
  });
});

describe('deleteSourceServer', () => {
  test('deletes a source; one that is going or gone is fine', async () => {
    const bench = await aWorkbench();
    const sourceId = idOf(bench);
    await bench.run('deleteSourceServer', { sourceId });
    await bench.run('deleteSourceServer', { sourceId });
    bench.account.skip(5);
    expect(bench.account.sources.has(sourceId)).toBe(false);
    await bench.run('deleteSourceServer', { sourceId });
  });

  test('is fine the second time when its answer was lost', async () => {
    const bench = await aWorkbench({
      faults: { calls: [{ operation: 'DeleteSourceServer', nth: 1, reset: 'after' }] },
    });
    const input = { sourceId: idOf(bench) };
    expect(await failureOf(bench.run('deleteSourceServer', input))).toMatchObject({ isRetried: true });
    await bench.runAgain('deleteSourceServer', input);
  });

  test('spares a source with a job, unless forced, and always one whose job runs', async () => {
    const bench = await aWorkbench();
    const sourceId = idOf(bench);
    const jobId = await ourJob(bench);
    expect(await failureOf(bench.run('deleteSourceServer', { sourceId }))).toMatchObject({
      type: 'ReplicationJob.Related',
      isRetried: false,
    });
    await bench.run('startReplicationJob', { jobId });
    expect(await failureOf(bench.run('deleteSourceServer', { sourceId, force: true }))).toMatchObject({
      type: 'SourceServer.WithRunningReplicationJob',
      isRetried: false,
    });
  });

  test('is not fooled by a refusal that has nothing to do with the source', async () => {
    const bench = await aWorkbench({
      faults: { calls: [{ operation: 'DeleteSourceServer', error: { code: 'InvalidAction.NotFound' } }] },
    });
    const refused = bench.run('deleteSourceServer', { sourceId: idOf(bench) });
    expect(await failureOf(refused)).toMatchObject({ type: 'InvalidAction.NotFound', isRetried: false });
  });
});

test('what is read comes as plain data', async () => {
  const bench = await aWorkbench();
  const jobId = await ourRunningJob(bench);
  const sourceId = idOf(bench);
  const jobs = await bench.run('describeReplicationJobs', { jobIds: [jobId] });
  expect(jobs).toMatchObject({ totalCount: 1, replicationJobs: [{ jobId, sourceId, status: 'Running' }] });
  const sources = await bench.run('describeSourceServers', { state: 'InUse' });
  expect(sources).toMatchObject({ totalCount: 1, sourceServers: [{ sourceId, name: 'web-01' }] });
  const tags = await bench.run('listTagResources', { resourceType: 'replicationjob' });
  expect(tags.tagResources.map(({ tagKey }) => tagKey)).toEqual(['smc-batch', 'smc-batch-server']);
  for (const answer of [jobs, sources, tags]) expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
});

test('tags are written and taken off, each twice without harm', async () => {
  const bench = await aWorkbench();
  const resource = { resourceType: 'sourceserver' as const, resourceIds: [idOf(bench)] };
  const tags = [{ key: 'app', value: 'shop' }];
  for (const run of [bench.run, bench.runAgain]) await run('tagResources', { ...resource, tags });
  expect(bench.account.sources.get(idOf(bench))?.tags).toEqual(tags);
  for (const run of [bench.run, bench.runAgain])
    await run('untagResources', { ...resource, tagKeys: ['app'] });
  expect(bench.account.sources.get(idOf(bench))?.tags).toEqual([]);
});
