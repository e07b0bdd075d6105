import { aWorkbench, closeAll, creationFor, failureOf, ourJob } from './a-workbench';

afterEach(closeAll);

const inDays = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16)}Z`;
const servers = [{ name: 'web-01', dataDisks: [{ sizeGiB: 50, usedGiB: 5 }] }, { name: 'web-02' }];

test('a job is changed', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  await bench.run('modifyReplicationJobAttribute', { jobId, name: 'renamed', systemDiskSize: 60 });
  expect(bench.account.jobs.get(jobId)?.settings).toMatchObject({ name: 'renamed', systemDiskSize: 60 });
});

test('a change whose answer was lost is fine the second time, even if the job has started since', async () => {
  const bench = await aWorkbench({ servers });
  const jobId = await ourJob(bench);
  bench.breakThings({ calls: [{ operation: 'ModifyReplicationJobAttribute', nth: 1, reset: 'after' }] });
  const change = {
    jobId,
    name: 'renamed',
    targetType: 'image',
    imageName: 'golden',
    systemDiskSize: 60,
    validTime: inDays(20),
    dataDisks: [{ index: 1, size: 80, parts: [{ device: '1_0', sizeBytes: 2 ** 30 }] }],
    disks: { data: [{ diskId: 'd-1', size: 80, lvm: true }] },
    licenseType: 'BYOL',
  };
  const lost = await failureOf(bench.run('modifyReplicationJobAttribute', change));
  expect(lost).toMatchObject({ type: 'NetworkError', isRetried: true });
  await bench.run('startReplicationJob', { jobId });
  await bench.runAgain('modifyReplicationJobAttribute', change);
  const other = await failureOf(
    bench.runAgain('modifyReplicationJobAttribute', { ...change, systemDiskSize: 61 }),
  );
  expect(other).toMatchObject({ type: 'ReplicationJob.InvalidStatus', isRetried: false });
});

test('the name of another job is refused', async () => {
  const bench = await aWorkbench();
  const jobId = await ourJob(bench);
  const { job } = creationFor(bench);
  const sourceId = bench.account.sourceNames.get('web-02')!;
  await bench.smc.createReplicationJob({ ...job, sourceId, name: 'taken' });
  expect(await failureOf(bench.run('modifyReplicationJobAttribute', { jobId, name: 'taken' }))).toMatchObject(
    { type: 'ReplicationJobName.Duplicate', isRetried: false },
  );
});
