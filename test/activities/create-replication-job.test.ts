import { aWorkbench, closeAll, creationFor, failureOf, letPass, ourJob, statusOf } from './a-workbench';

afterEach(closeAll);

test('a job is created once, tagged as ours', async () => {
  const bench = await aWorkbench();
  const input = creationFor(bench, {
    job: { regionId: 'cn-hangzhou', systemDiskSize: 40, tags: [{ key: 'app', value: 'shop' }] },
  });
  const created = await bench.run('createReplicationJob', input);
  expect(created).toMatchObject({ jobId: expect.stringMatching(/^j-/), status: 'Ready', adopted: false });
  expect(bench.account.jobs.get(created.jobId)?.tags).toEqual([
    { key: 'app', value: 'shop' },
    { key: 'smc-batch', value: 'dc1' },
    { key: 'smc-batch-server', value: 'web-01' },
  ]);
});

test.each([
  ['reset', { reset: 'after' }, 'NetworkError'],
  ['a 500 after the effect', { error: { code: 'InternalError' }, afterEffect: true }, 'InternalError'],
  ['a page of a proxy', { body: 'html' }, 'UnreadableAnswer'],
] as const)('an answer lost to %s is asked for again, and makes no second job', async (_, fault, code) => {
  const bench = await aWorkbench({
    readLagSeconds: 10,
    faults: { calls: [{ operation: 'CreateReplicationJob', nth: 1, ...fault }] },
  });
  const lost = await failureOf(bench.run('createReplicationJob', creationFor(bench)));
  expect(lost).toMatchObject({ type: code, isRetried: true, class: 'transient' });
  const { jobId, adopted } = await bench.runAgain('createReplicationJob', creationFor(bench));
  expect([adopted, statusOf(bench, jobId)]).toEqual([false, 'Ready']);
  expect(bench.account.audit().creates).toMatchObject({ calls: 2, tookEffect: 1 });
});

test.each([
  ['by the tags in the answer', true],
  ['by the tag service, where answers have no tags', false],
])('our own live job of an earlier run is adopted %s', async (_, newerFields) => {
  const bench = await aWorkbench({ newerFields, jobSeconds: 100 });
  const first = await ourJob(bench);
  await bench.run('startReplicationJob', { jobId: first });
  const again = await bench.run('createReplicationJob', creationFor(bench, { creationId: 'dc1/web-01/2' }));
  expect(again).toMatchObject({ jobId: first, status: 'Running', adopted: true });
  expect(again.startTime).toMatch(/Z$/);
});

test('our own job is adopted when the same creation now has other settings', async () => {
  const bench = await aWorkbench();
  const first = await ourJob(bench);
  const input = creationFor(bench, { job: { regionId: 'cn-hangzhou', systemDiskSize: 60 } });
  expect(await bench.run('createReplicationJob', input)).toMatchObject({ jobId: first, adopted: true });
});

test.each([
  ['of another server of ours', { server: 'web-99', creationId: 'dc1/web-99/1' }, true],
  ['of another batch', { batch: 'dc2', creationId: 'dc2/web-01/1' }, true],
  ['of another batch, told by the tag service', { batch: 'dc2', creationId: 'dc2/web-01/1' }, false],
])('a live job of another owner, %s, is a clear failure', async (_, other, newerFields) => {
  const bench = await aWorkbench({ newerFields });
  const { jobId } = await bench.run('createReplicationJob', creationFor(bench, other));
  const asked = () => bench.account.audit().creates.calls;
  const before = asked();
  // It may be a late read, or about to end with an image.
  expect(await failureOf(bench.run('createReplicationJob', creationFor(bench)))).toMatchObject({
    isRetried: true,
  });
  const failure = await failureOf(
    bench.runIn(bench.environment(4))('createReplicationJob', creationFor(bench)),
  );
  expect(failure).toMatchObject({ type: 'SourceServer.InUse', isRetried: false, class: 'fatal' });
  expect(asked()).toBe(before);
  expect(failure.message).toContain(jobId);
});

test('a job that another tool made without tags is left alone', async () => {
  const bench = await aWorkbench();
  const { sourceId, job } = creationFor(bench);
  await bench.smc.createReplicationJob({ ...job, sourceId });
  const failure = await failureOf(bench.run('createReplicationJob', creationFor(bench)));
  expect(failure.type).toBe('SourceServer.InUse');
});

test.each([
  ['offline', { offline: true }, 'SourceServer.Offline'],
  ['in error', { error: { error_code: 'S1', error_msg: 'rsync is missing' } }, 'S1'],
] as const)('a source that is %s fails with what is wrong', async (_, fault, said) => {
  const bench = await aWorkbench({ faults: { sources: [{ source: 'web-01', ...fault }] } });
  const failure = await failureOf(bench.run('createReplicationJob', creationFor(bench)));
  expect(failure).toMatchObject({ type: said, isRetried: false, class: 'fatal' });
});

test('a source whose last job is still being deleted is tried again', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  await bench.smc.deleteReplicationJob({ jobId });
  bench.account.setStatus(bench.account.jobs.get(jobId)!, 'Deleting');
  bench.breakThings({
    calls: [{ operation: 'CreateReplicationJob', nth: 1, error: { code: 'SourceServerState.Invalid' } }],
  });
  const input = creationFor(bench, { creationId: 'dc1/web-01/2' });
  expect(await failureOf(bench.run('createReplicationJob', input))).toMatchObject({
    type: 'SourceServerState.Invalid',
    isRetried: true,
  });
  expect((await bench.runAgain('createReplicationJob', input)).jobId).not.toBe(jobId);
});

test('what stands in the way but is not listed yet is looked for again, then adopted', async () => {
  const bench = await aWorkbench({ readLagSeconds: 10 });
  const first = await ourJob(bench);
  const input = creationFor(bench, { creationId: 'dc1/web-01/2' });
  expect(await failureOf(bench.run('createReplicationJob', input))).toMatchObject({ isRetried: true });
  bench.account.skip(10);
  expect(await bench.runAgain('createReplicationJob', input)).toMatchObject({ jobId: first, adopted: true });
});

test('a name that is taken fails that server', async () => {
  const bench = await aWorkbench();
  const { job } = creationFor(bench);
  const other = bench.account.sourceNames.get('web-02')!;
  await bench.smc.createReplicationJob({ ...job, sourceId: other, name: 'taken' });
  const input = creationFor(bench, { job: { ...job, name: 'taken' } });
  expect(await failureOf(bench.run('createReplicationJob', input))).toMatchObject({
    type: 'ReplicationJobName.Duplicate',
    isRetried: false,
  });
});

test('a full quota is not a failure of the server', async () => {
  const bench = await aWorkbench({ jobsQuota: 0 });
  expect(await failureOf(bench.run('createReplicationJob', creationFor(bench)))).toMatchObject({
    type: 'QuotaExceeded.ReplicationJob',
    isRetried: false,
    class: 'quota',
  });
});

test('a server that the plan has moved to another source gets a job of its own', async () => {
  const bench = await aWorkbench();
  const knownJobId = await ourJob(bench);
  const moved = creationFor(bench, { knownJobId, sourceId: bench.account.sourceNames.get('web-02')! });
  const { jobId, adopted } = await bench.run('createReplicationJob', {
    ...moved,
    creationId: 'dc1/web-01/2',
  });
  expect([adopted, jobId === knownJobId]).toEqual([false, false]);
});

test('the ledger is read before each creation: a source that another batch has migrated meanwhile is left alone', async () => {
  const bench = await aWorkbench();
  const input = creationFor(bench);
  await bench.run('tagResources', {
    resourceType: 'sourceserver',
    resourceIds: [input.sourceId],
    tags: [{ key: 'smc-batch', value: 'dc2' }],
  });
  expect(await failureOf(bench.run('createReplicationJob', input))).toMatchObject({
    type: 'AlreadyMigrated',
  });
  expect(bench.account.jobs.size).toBe(0);
});

test.each([
  ['another batch', { batch: 'dc2' }],
  ['this batch, under a name that its plan has corrected', { server: 'web-1' }],
])('the Finished job of %s is the ledger of a source that takes no tag', async (_, other) => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  const first = creationFor(bench, { ...other, creationId: 'another' });
  const { jobId } = await bench.run('createReplicationJob', first);
  await bench.run('startReplicationJob', { jobId });
  bench.account.skip(100);
  const failure = await failureOf(bench.run('createReplicationJob', creationFor(bench)));
  expect(failure).toMatchObject({ type: 'AlreadyMigrated', isRetried: false });
  expect(failure.detail?.migrated?.entry).toEqual({
    batch: first.batch,
    image: bench.account.jobs.get(jobId)?.imageId,
    jobId,
  });
  expect(bench.account.jobs.size).toBe(1);
});

test('a Finished job of another tool is no reason not to migrate its source', async () => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  const { sourceId, job } = creationFor(bench);
  const { jobId } = await bench.smc.createReplicationJob({ ...job, sourceId });
  await bench.run('startReplicationJob', { jobId });
  bench.account.skip(100);
  expect(await bench.run('createReplicationJob', creationFor(bench))).toMatchObject({ adopted: false });
});

test('fifty servers that start together read their sources in one go', async () => {
  const names = Array.from({ length: 51 }, (_, i) => `web-${i}`);
  const bench = await aWorkbench({ servers: names.map((name) => ({ name })) });
  const created = await Promise.all(
    names.map((server) =>
      bench.run('createReplicationJob', {
        ...creationFor(bench, { server, creationId: server }),
        sourceId: bench.account.sourceNames.get(server)!,
      }),
    ),
  );
  expect(new Set(created.map(({ jobId }) => jobId)).size).toBe(51);
  const { perOperation } = bench.account.audit().calls;
  expect(perOperation.ListTagResources?.accepted).toBe(2);
  expect(perOperation.DescribeReplicationJobs?.accepted).toBe(2);
});

test('a source that is gone holds up its own server alone', async () => {
  const bench = await aWorkbench();
  const gone = bench.run('createReplicationJob', creationFor(bench, { server: 'gone', sourceId: 's-gone' }));
  const [failure, { adopted }] = await Promise.all([
    failureOf(gone),
    bench.run('createReplicationJob', creationFor(bench)),
  ]);
  expect([failure.isRetried, adopted]).toEqual([false, false]);
});

test('our own job on a source that is migrated already is named in the failure', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  const input = creationFor(bench, { creationId: 'dc1/web-01/2' });
  await bench.run('tagResources', {
    resourceType: 'sourceserver',
    resourceIds: [input.sourceId],
    tags: [{ key: 'smc-batch', value: 'dc2' }],
  });
  const failure = await failureOf(bench.run('createReplicationJob', input));
  expect([failure.type, failure.detail?.migrated?.jobId]).toEqual(['AlreadyMigrated', jobId]);
});

test('a job whose answer was lost is found and adopted, though the repeated call is refused for good', async () => {
  const bench = await aWorkbench({
    faults: {
      calls: [
        { operation: 'CreateReplicationJob', nth: 1, reset: 'after' },
        { operation: 'CreateReplicationJob', nth: 2, error: { code: 'Forbidden.RAM' } },
      ],
    },
  });
  const input = creationFor(bench);
  expect(await failureOf(bench.run('createReplicationJob', input))).toMatchObject({ isRetried: true });
  const [jobId] = bench.account.jobs.keys();
  expect(await bench.runAgain('createReplicationJob', input)).toMatchObject({ jobId, adopted: true });
});

test('an expired job of ours makes way for a new one', async () => {
  const bench = await aWorkbench({ deletingSeconds: 10 });
  const knownJobId = await ourJob(bench);
  bench.account.setStatus(bench.account.jobs.get(knownJobId)!, 'Expired');
  const input = creationFor(bench, { knownJobId, creationId: 'dc1/web-01/2' });
  const failure = await failureOf(bench.run('createReplicationJob', input));
  expect(failure).toMatchObject({ type: 'ReplicationJob.Expired', isRetried: true });
  bench.account.skip(10);
  const again = bench.runAgain('createReplicationJob', input);
  // The source is read first, then the job is missed.
  for (let i = 0; i < 3; i++) await bench.looked();
  letPass(61);
  const { jobId, adopted } = await again;
  expect([adopted, jobId === knownJobId]).toEqual([false, false]);
});

test('a retry adopts a job that has finished unseen', async () => {
  const bench = await aWorkbench({ jobSeconds: 100 });
  const first = await ourJob(bench);
  await bench.run('startReplicationJob', { jobId: first });
  bench.account.skip(100);
  const again = creationFor(bench, { creationId: 'dc1/web-01/2' });
  expect(await bench.run('createReplicationJob', again)).toMatchObject({ jobId: first, status: 'Finished' });
});
