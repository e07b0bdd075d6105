import { setTimeout as sleep } from 'node:timers/promises';
import { createReplicationJobPoller } from '../../activities';
import { type RemovalMeans, removeJob } from '../../src/cleanup/remove-job';
import type { Faults, Simulator, SimulatorOptions } from '../../src/simulator';
import { anAccount, closeAll } from '../contract/an-account';
import { breakThings, looked } from '../simulator/harness';

afterEach(() => {
  jest.restoreAllMocks();
  return closeAll();
});

const tags = [
  { key: 'smc-batch', value: 'exit' },
  { key: 'smc-batch-server', value: 'web' },
];
const many = Object.fromEntries(Array.from({ length: 19 }, (_, n) => [`tag-${n}`, 'x']));

/** Enough for what is sure to come. */
const patient = { patienceSeconds: 60, deletingPatienceSeconds: 60 };

/** An account in which deleted jobs go at once, with what a clean-up does in it. */
async function anAccountToClean(options: SimulatorOptions = {}) {
  const account = await anAccount({ deletingSeconds: 0, ...options });
  const { smc, simulator } = account;
  const calls = (operation: string) => simulator.account.audit().calls.perOperation[operation]?.accepted ?? 0;
  const tagged = async (jobId: string) => ({
    job: (await account.job(jobId))!,
    batch: 'exit',
    server: 'web',
  });
  const means = (more: Partial<RemovalMeans>): RemovalMeans => ({
    smc,
    poller: createReplicationJobPoller(smc, 0.01),
    isUnderWay: async () => false,
    patienceSeconds: 0.2,
    deletingPatienceSeconds: 0.2,
    ...more,
  });
  return {
    ...account,
    calls,
    sync: () => account.sync({ tags }),
    wait: () => account.wait({ tags }),
    /** A job that has made its image, with nobody left to say so. */
    finish: async (more: object = {}) => {
      const jobId = await account.start({ tags, ...more });
      account.skipDays(1);
      return jobId;
    },
    /** As a server's workflow or another tool would have it. */
    known: (jobId: string) => simulator.account.jobs.get(jobId)!,
    ledger: () =>
      simulator.account.sources.get('s-web')!.tags.filter(({ key }) => key.startsWith('smc-batch')),
    breakThings: (faults: Faults) => breakThings(simulator, faults),
    remove: async (jobId: string, more: Partial<RemovalMeans> = {}) =>
      removeJob(means(more), await tagged(jobId)),
    /** The same; `meanwhile` happens once the job has been looked at. */
    removeWhile: async (jobId: string, meanwhile: () => void, more: Partial<RemovalMeans> = patient) => {
      const removed = removeJob(means(more), await tagged(jobId));
      await looked(simulator);
      meanwhile();
      return removed;
    },
  };
}

describe('a Finished job', () => {
  test('makes its server count as migrated, then goes; its image stays', async () => {
    const { finish, remove, known, ledger, account } = await anAccountToClean();
    const jobId = await finish();
    const { imageId } = known(jobId);
    expect(await remove(jobId, patient)).toEqual({
      jobId,
      server: 'web',
      status: 'Finished',
      outcome: 'deleted',
      image: imageId,
      migrated: { batch: 'exit', image: imageId },
      reason: `${imageId} stays, and its server counts as migrated`,
    });
    expect(ledger()).toEqual([
      { key: 'smc-batch', value: 'exit' },
      { key: 'smc-batch-image', value: imageId },
      { key: 'smc-batch-job', value: jobId },
    ]);
    expect([...account.jobs.keys()]).toEqual([]);
    expect([...account.images.keys()]).toEqual([imageId]);
  });

  test('of an instance is known by the instance', async () => {
    const { finish, remove, ledger } = await anAccountToClean();
    const jobId = await finish({ targetType: 'Instance', instanceId: 'i-target' });
    expect(await remove(jobId, patient)).toMatchObject({ outcome: 'deleted', image: 'i-target' });
    expect(ledger()).toContainEqual({ key: 'smc-batch-image', value: 'i-target' });
  });

  test('of a container image is known by the job', async () => {
    const { finish, remove, ledger } = await anAccountToClean();
    const container = { containerNamespace: 'apps', containerRepository: 'web' };
    const jobId = await finish({ targetType: 'ContainerImage', ...container });
    expect(await remove(jobId, patient)).toMatchObject({
      outcome: 'deleted',
      migrated: { batch: 'exit', image: jobId },
      reason: 'its server counts as migrated',
    });
    expect(ledger()).toContainEqual({ key: 'smc-batch-image', value: jobId });
  });

  test('leaves a source alone that another batch has migrated', async () => {
    const earlier = { 'smc-batch': 'earlier', 'smc-batch-image': 'm-1' };
    const { finish, remove, calls, ledger } = await anAccountToClean({
      servers: [{ sourceId: 's-web', name: 'web', tags: earlier }],
    });
    expect(await remove(await finish(), patient)).toMatchObject({
      outcome: 'deleted',
      migrated: { batch: 'earlier', image: 'm-1' },
      reason: expect.stringContaining("counts as migrated in batch 'earlier'"),
    });
    expect(calls('TagResources')).toBe(0);
    expect(Object.fromEntries(ledger().map(({ key, value }) => [key, value]))).toEqual(earlier);
  });

  test('stays where its source cannot be tagged, with what to do about it', async () => {
    const { finish, remove, calls, ledger } = await anAccountToClean({
      servers: [{ sourceId: 's-web', name: 'web', tags: many }],
    });
    const cleaned = await remove(await finish(), patient);
    expect(cleaned).toMatchObject({
      outcome: 'left',
      reason: expect.stringMatching(/^NumberExceed\.Tags: .*remove some first\.$/),
      error: {
        code: 'NumberExceed.Tags',
        message: expect.stringContaining('more than 20 tags'),
        remedy: expect.stringContaining('remove some first'),
      },
    });
    expect(cleaned.migrated).toBeUndefined();
    expect(calls('DeleteReplicationJob')).toBe(0);
    expect(ledger()).toEqual([]);
  });

  test('is waited for until its image is listed', async () => {
    const { finish, remove, removeWhile, known, ledger, calls } = await anAccountToClean();
    const job = known(await finish());
    const { imageId, runs } = job;
    Object.assign(job, { imageId: undefined, runs: [] });
    expect(await remove(job.jobId)).toMatchObject({
      outcome: 'left',
      reason: expect.stringMatching(
        /its image is not listed yet\. Clean up again later: smc-batch cleanup exit$/,
      ),
    });
    expect(calls('DeleteReplicationJob')).toBe(0);
    expect(ledger()).toEqual([]);

    const cleaned = await removeWhile(job.jobId, () => Object.assign(job, { runs }));
    expect(cleaned).toMatchObject({ outcome: 'deleted', migrated: { batch: 'exit', image: imageId } });
  });

  test('that cannot be deleted counts as migrated', async () => {
    const { finish, remove, breakThings, ledger } = await anAccountToClean();
    const jobId = await finish();
    breakThings({ calls: [{ operation: 'DeleteReplicationJob', error: { code: 'Forbidden.RAM' } }] });
    expect(await remove(jobId)).toMatchObject({
      outcome: 'left',
      migrated: { batch: 'exit' },
      reason: expect.stringMatching(/^Forbidden\.RAM.*; m-.* stays, and its server counts as migrated$/),
      error: { code: 'Forbidden.RAM' },
    });
    expect(ledger()).toHaveLength(3);
  });

  test('that a late read shows as stopped counts as migrated once it is seen', async () => {
    const { finish, remove, smc, ledger } = await anAccountToClean({ deletingSeconds: 1_000 });
    const jobId = await finish();
    let looks = 0;
    const late: RemovalMeans['smc'] = {
      ...smc,
      describeReplicationJobs: async (request) => {
        const answer = await smc.describeReplicationJobs(request);
        const status = ['Stopped', 'Stopped', 'Finished'][looks++] ?? 'Deleting';
        return { ...answer, replicationJobs: answer.replicationJobs.map((job) => ({ ...job, status })) };
      },
    };
    const cleaned = await remove(jobId, { smc: late, poller: createReplicationJobPoller(late, 0.01) });
    expect(cleaned).toMatchObject({ outcome: 'left', migrated: { batch: 'exit' } });
    expect(ledger()).toHaveLength(3);
  });
});

describe('a running job', () => {
  test('that syncs is stopped, then deleted; its server is not migrated', async () => {
    const { sync, remove, account, ledger, calls } = await anAccountToClean();
    const cleaned = await remove(await sync(), patient);
    expect(cleaned).toMatchObject({ status: 'Running', outcome: 'deleted' });
    expect(cleaned.reason).toBeUndefined();
    expect(account.jobs.size).toBe(0);
    expect(calls('StopReplicationJob')).toBe(1);
    expect(ledger()).toEqual([]);
  });

  test('past Syncing is left until it has ended', async () => {
    const { sync, remove, account, calls } = await anAccountToClean();
    const jobId = await sync();
    account.skip(500);
    expect(await remove(jobId)).toMatchObject({
      outcome: 'left',
      reason: expect.stringMatching(/Running, Processing: .* Clean up again later: smc-batch cleanup exit$/),
    });
    expect(calls('StopReplicationJob') + calls('DeleteReplicationJob')).toBe(0);
  });

  test('that ends while it is waited for counts as migrated', async () => {
    const { sync, removeWhile, account, ledger } = await anAccountToClean();
    const jobId = await sync();
    account.skip(500);
    const cleaned = await removeWhile(jobId, () => account.skip(500));
    expect(cleaned).toMatchObject({ status: 'Running', outcome: 'deleted', migrated: { batch: 'exit' } });
    expect(ledger()).toHaveLength(3);
  });

  test('that goes on between look and stop is looked at again', async () => {
    const { sync, remove, breakThings, account } = await anAccountToClean();
    const jobId = await sync();
    const error = { code: 'ReplicationJob.InvalidBusinessStatus' };
    breakThings({ calls: [{ operation: 'StopReplicationJob', times: 1, error }] });
    expect(await remove(jobId, patient)).toMatchObject({ outcome: 'deleted' });
    expect(account.jobs.size).toBe(0);
  });

  test('that prepares is stopped as soon as it syncs', async () => {
    const { start, removeWhile, account, calls } = await anAccountToClean();
    const cleaned = await removeWhile(await start({ tags }), () => account.skip(300));
    expect(cleaned).toMatchObject({ outcome: 'deleted' });
    expect(calls('StopReplicationJob')).toBe(1);
  });
});

describe('a job that is being deleted', () => {
  test('is deleted only when it is no longer listed', async () => {
    const { sync, smc, remove, removeWhile, account, calls } = await anAccountToClean({
      deletingSeconds: 100,
    });
    const jobId = await sync();
    await smc.stopReplicationJob({ jobId });
    await smc.deleteReplicationJob({ jobId });
    expect(await remove(jobId)).toEqual({
      jobId,
      server: 'web',
      status: 'Deleting',
      outcome: 'left',
      reason: 'it is being deleted',
    });
    expect(await removeWhile(jobId, () => account.skip(100))).toMatchObject({ outcome: 'deleted' });
    expect(calls('DeleteReplicationJob')).toBe(1);
  });

  test('has its own patience, which begins when its deletion does', async () => {
    const { finish, remove, account } = await anAccountToClean({ deletingSeconds: 100 });
    const jobId = await finish();
    const removed = remove(jobId, { patienceSeconds: 0, deletingPatienceSeconds: 60 });
    while (account.jobs.get(jobId)?.status !== 'Deleting') await sleep(1);
    account.skip(100);
    expect(await removed).toMatchObject({ outcome: 'deleted', migrated: { batch: 'exit' } });
  });
});

test.each([
  ['an incremental job between two syncs', 'wait' as const],
  ['a job that syncs', 'sync' as const],
])('reads that are late do not mislead: %s', async (_, state) => {
  const account = await anAccountToClean({ readLagSeconds: 5, deletingSeconds: 5, speed: 50 });
  const { remove, calls, ledger } = account;
  expect(await remove(await account[state](), patient)).toMatchObject({ outcome: 'deleted' });
  expect(account.account.jobs.size).toBe(0);
  expect(calls('DeleteReplicationJob')).toBe(1);
  expect(ledger()).toEqual([]);
});

test('an incremental job that was cut over counts as migrated', async () => {
  const { wait, smc, remove, ledger } = await anAccountToClean();
  const jobId = await wait();
  await smc.cutOverReplicationJob({ jobId, syncData: false });
  expect(await remove(jobId, patient)).toMatchObject({ outcome: 'deleted', migrated: { batch: 'exit' } });
  expect(ledger()).toHaveLength(3);
});

test('a job whose workflow has been started meanwhile stays as it is', async () => {
  const { sync, remove, calls } = await anAccountToClean();
  expect(await remove(await sync(), { isUnderWay: async () => true })).toMatchObject({
    outcome: 'under way',
  });
  expect(calls('StopReplicationJob')).toBe(0);
});

/** The clock on the wall goes ahead once the looks have begun to miss the job. */
async function aWhileLater(simulator: Simulator): Promise<void> {
  await looked(simulator);
  const realNow = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 61_000);
}

test('a job that somebody else has deleted is deleted', async () => {
  const { sync, removeWhile, account, known, calls, simulator } = await anAccountToClean();
  const jobId = await sync();
  account.skip(500);
  const cleaned = await removeWhile(jobId, () => {
    account.dropJob(known(jobId));
    void aWhileLater(simulator);
  });
  expect(cleaned).toMatchObject({ status: 'Running', outcome: 'deleted' });
  expect(calls('DeleteReplicationJob')).toBe(0);
});

test('a job whose source says that it is still there is left, however long it is not listed', async () => {
  const { sync, removeWhile, account, breakThings, simulator } = await anAccountToClean();
  const jobId = await sync();
  account.skip(500);
  const cleaned = await removeWhile(jobId, () => {
    breakThings({ calls: [{ operation: 'DescribeReplicationJobs', body: 'empty' }] });
    void aWhileLater(simulator);
  });
  expect(cleaned).toMatchObject({ outcome: 'left', reason: expect.stringContaining('is InUse by it') });
});

test('an API that does not answer is asked again, and a later clean-up is the remedy', async () => {
  const { finish, remove, breakThings, calls } = await anAccountToClean();
  const jobId = await finish();
  breakThings({
    calls: [{ operation: 'TagResources', error: { code: 'ServiceUnavailable', httpStatus: 503 } }],
  });
  const cleaned = await remove(jobId);
  expect(cleaned).toMatchObject({
    outcome: 'left',
    error: { code: 'ServiceUnavailable', remedy: 'Clean up again later: smc-batch cleanup exit' },
  });
  expect(cleaned.reason).not.toContain('repeated');
  expect(calls('DeleteReplicationJob')).toBe(0);
  breakThings({});
  expect(await remove(jobId, patient)).toMatchObject({ outcome: 'deleted', migrated: { batch: 'exit' } });
});

test('a job in a status that this version does not know is left as it is', async () => {
  const { sync, remove, known, calls } = await anAccountToClean();
  const jobId = await sync();
  Object.assign(known(jobId), { status: 'Hibernating' });
  expect(await remove(jobId, patient)).toMatchObject({
    outcome: 'left',
    reason: expect.stringMatching(/^UnknownStatus: .*'Hibernating'.*upgrade smc-batch/),
  });
  expect(calls('StopReplicationJob') + calls('DeleteReplicationJob')).toBe(0);
});
