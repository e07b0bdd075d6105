import { aWorkbench, closeAll, failureOf } from '../a-workbench';

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

test('a source is found by its id and by its name, with the size of the disks that are migrated', async () => {
  const bench = await aWorkbench({ servers });
  const found = { found: ['s-1'], diskGiB: 40 };
  expect(
    await bench.run('surveySourceServers', { batch: 'dc1', servers: [{ name: 'a', sourceId: 's-1' }] }),
  ).toEqual([{ name: 'a', ...found }]);
  expect(
    await bench.run('surveySourceServers', { batch: 'dc1', servers: [{ name: 'a', sourceName: 'web-01' }] }),
  ).toEqual([{ name: 'a', ...found }]);
  for (const dataDisks of [[1], 'all'] as const) {
    const asked = [{ name: 'a', sourceId: 's-1', dataDisks: dataDisks as number[] | 'all' }];
    expect(await bench.run('surveySourceServers', { batch: 'dc1', servers: asked })).toEqual([
      { name: 'a', ...found, diskGiB: 140 },
    ]);
  }
});

test.each([
  ['is missing by id', { sourceId: 's-none' }, []],
  ['is missing by name', { sourceName: 'nobody' }, []],
  ['has a name that others have too', { sourceName: 'twin' }, ['s-2', 's-3']],
])('a source that %s concerns that server alone', async (_, server, found) => {
  const bench = await aWorkbench({ servers });
  const surveyed = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: [
      { name: 'bad', ...server },
      { name: 'good', sourceId: 's-1' },
    ],
  });
  expect(surveyed).toEqual([
    { name: 'bad', found },
    { name: 'good', found: ['s-1'], diskGiB: 40 },
  ]);
});

test('one source under an id and under a name is a twin the second time', async () => {
  const bench = await aWorkbench({ servers });
  const surveyed = await bench.run('surveySourceServers', {
    batch: 'dc1',
    servers: [
      { name: 'one', sourceId: 's-1' },
      { name: 'two', sourceName: 'web-01' },
    ],
  });
  expect(surveyed.map(({ twin }) => twin)).toEqual([undefined, 'one']);
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
  expect(done?.ledger).toEqual({ batch: 'dc0', image: 'm-1' });
  expect(open?.ledger).toBeUndefined();
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
  expect(server?.ledger).toEqual({ batch: 'dc1', image: 'm-9' });
});

test('jobs of batches are noted on their source, and by the tags of their server wherever they are', async () => {
  const bench = await aWorkbench({ servers, jobSeconds: 100 });
  const job = { regionId: 'cn-hangzhou', systemDiskSize: 40 };
  const make = (owner: { batch: string; server: string }, sourceId: string) =>
    bench.run('createReplicationJob', { ...owner, sourceId, creationId: `${owner.batch}/${sourceId}`, job });
  const done = await make({ batch: 'dc2', server: 'a' }, 's-1');
  await bench.run('startReplicationJob', { jobId: done.jobId });
  bench.account.skip(100);
  const elsewhere = await make({ batch: 'dc1', server: 'a' }, 's-2');
  const input = { batch: 'dc1', servers: [{ name: 'a', sourceId: 's-1' }] };
  const [server] = await bench.run('surveySourceServers', input);
  const image = bench.account.jobs.get(done.jobId)?.imageId;
  expect(server?.jobs).toEqual(
    [
      { ...done, status: 'Finished', image, sourceId: 's-1', owner: { batch: 'dc2', server: 'a' } },
      { ...elsewhere, status: 'Ready', sourceId: 's-2', owner: { batch: 'dc1', server: 'a' } },
    ].map(({ adopted: _, pollIntervalSeconds: __, ...one }) => one),
  );
});

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
  expect(surveyed.map(({ ledger }) => ledger?.batch)).toEqual(many.map((_, i) => `b-${i}`));
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
