import { aWorkbench, closeAll, failureOf } from './a-workbench';

afterEach(closeAll);

const servers = [
  { sourceId: 's-1', name: 'web-01', systemDiskGiB: 40, dataDisks: [{ sizeGiB: 100, usedGiB: 1 }] },
  { sourceId: 's-2', name: 'twin' },
  { sourceId: 's-3', name: 'twin' },
  {
    sourceId: 's-4',
    name: 'done',
    tags: { 'smc-batch': 'dc0', 'smc-batch-image': 'm-1', app: 'shop' },
  },
];

test('a source is found by its id and by its name, with the size of its disks', async () => {
  const bench = await aWorkbench({ servers });
  const found = { sourceId: 's-1', diskGiB: 140 };
  expect(
    await bench.run('surveySourceServers', { batch: 'dc1', servers: [{ name: 'a', sourceId: 's-1' }] }),
  ).toEqual([{ name: 'a', ...found }]);
  expect(
    await bench.run('surveySourceServers', { batch: 'dc1', servers: [{ name: 'a', sourceName: 'web-01' }] }),
  ).toEqual([{ name: 'a', ...found }]);
});

test.each([
  ['is missing by id', { sourceId: 's-none' }, 'SourceServer.NotFound', 's-none'],
  ['is missing by name', { sourceName: 'nobody' }, 'SourceServer.NotFound', "named 'nobody'"],
  ['has a name that others have too', { sourceName: 'twin' }, 'SourceServer.Ambiguous', 's-2, s-3'],
])('a source that %s is an error of that server alone', async (_, server, code, said) => {
  const bench = await aWorkbench({ servers });
  const [bad, good] = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: [
      { name: 'bad', ...server },
      { name: 'good', sourceId: 's-1' },
    ],
  });
  expect(bad?.error).toMatchObject({ code, message: expect.stringContaining(said) });
  expect(bad?.error?.remedy).toMatch(/\.$/);
  expect(good).toEqual({ name: 'good', sourceId: 's-1', diskGiB: 140 });
});

test('one source under an id and under a name is refused the second time', async () => {
  const bench = await aWorkbench({ servers });
  const [first, second] = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: [
      { name: 'one', sourceId: 's-1' },
      { name: 'two', sourceName: 'web-01' },
    ],
  });
  expect(first?.error).toBeUndefined();
  expect(second?.error).toMatchObject({
    code: 'SourceServer.Ambiguous',
    message: expect.stringContaining("already 'one'"),
  });
});

test('the ledger says what has been migrated, by which batch and to which image', async () => {
  const bench = await aWorkbench({ servers });
  const [done, open] = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: [
      { name: 'done', sourceId: 's-4' },
      { name: 'open', sourceId: 's-1' },
    ],
  });
  expect(done?.done).toEqual({ batch: 'dc0', image: 'm-1' });
  expect(open?.done).toBeUndefined();
});

test('what tagResources writes is what the survey reads', async () => {
  const bench = await aWorkbench({ servers });
  await bench.run('tagResources', {
    resourceType: 'sourceserver',
    resourceIds: ['s-1'],
    tags: [
      { key: 'smc-batch', value: 'dc1' },
      { key: 'smc-batch-image', value: 'm-9' },
    ],
  });
  const [server] = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: [{ name: 'a', sourceId: 's-1' }],
  });
  expect(server?.done).toEqual({ batch: 'dc1', image: 'm-9' });
});

test.each([
  ['another batch', { batch: 'dc2', server: 'a' }, 'dc2'],
  ['this batch, under a name that its plan has corrected', { batch: 'dc1', server: 'wrong' }, 'dc1'],
])(
  'no second image of a source that takes no tag: the Finished job of %s says that it is done',
  async (_, owner, batch) => {
    const bench = await aWorkbench({ servers, jobSeconds: 100 });
    const job = { regionId: 'cn-hangzhou', systemDiskSize: 40 };
    const creation = { ...owner, sourceId: 's-1', creation: 'another', job };
    const { jobId } = await bench.run('createReplicationJob', creation);
    await bench.run('startReplicationJob', { jobId });
    bench.account.skip(100);
    const input = { batch: 'dc1', servers: [{ name: 'a', sourceId: 's-1' }] };
    const [server] = await bench.run('surveySourceServers', input);
    const image = bench.account.jobs.get(jobId)?.imageId;
    expect([server?.done, server?.jobId]).toEqual([{ batch, image, jobId }, undefined]);
  },
);

test('a thousand servers by id cost twenty calls for the sources, and the ledger of all is read', async () => {
  const many = Array.from({ length: 1000 }, (_, i) => ({
    sourceId: `s-${i}`,
    name: `n-${i}`,
    tags: { 'smc-batch': `b-${i}` },
  }));
  const bench = await aWorkbench({ servers: many });
  const surveyed = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: many.map(({ sourceId, name }) => ({ sourceId, name })),
  });
  expect(surveyed.map(({ done }) => done?.batch)).toEqual(many.map((_, i) => `b-${i}`));
  const { perOperation } = bench.account.audit().calls;
  expect(perOperation.DescribeSourceServers?.accepted).toBe(20);
  expect(perOperation.ListTagResources?.accepted).toBe(21); // and one for the jobs of the batch
});

test('an account that throttles is asked again by Temporal', async () => {
  const bench = await aWorkbench({
    servers,
    faults: { calls: [{ operation: 'ListTagResources', error: { code: 'Throttling' } }] },
  });
  const input = { batch: 'dc1', servers: [{ name: 'a', sourceId: 's-1' }] };
  expect(await failureOf(bench.run('surveySourceServers', input))).toMatchObject({
    type: 'Throttling',
    isRetried: true,
    class: 'throttled',
  });
});
