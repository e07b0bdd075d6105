import type { Plan } from '../../src/plan';
import { batchWorkflowId, serverWorkflowId } from '../../workflows/contract/ids';
import { retryUpdate } from '../../workflows/contract/orders';
import { aHouse, type House, until, untilProgress } from './a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const calls = (operation: string) => audit().calls.perOperation[operation]?.accepted ?? 0;
const sourceIds = () => [...house.simulator.account.sources.keys()];
const handleOf = (plan: Plan) => house.client.workflow.getHandle(batchWorkflowId(plan.name));

test('no slot and no instance held for ever by a job that hangs at every try', async () => {
  house = await aHouse({ servers: 2, runningQuota: 1, jobSeconds: 3_000, speed: 3_000 });
  const [hanging] = sourceIds();
  house.breakThings({ jobs: [{ source: hanging!, stall: { atProgress: 50 } }] });
  const plan = house.plan(2, { policy: { attempts: 2, stallTimeoutSeconds: 2 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const servers = await batch.servers();
  expect(servers.find(({ sourceId }) => sourceId === hanging)).toMatchObject({
    phase: 'failed',
    starts: 2,
    error: { code: 'ReplicationJob.Stalled', remedy: expect.stringContaining('network') },
  });
  expect(servers.find(({ sourceId }) => sourceId !== hanging)?.phase).toBe('migrated');
  expect(audit()).toMatchObject({ jobs: { leftovers: [], peakRunning: 1 }, instances: { now: 0 } });
});

test.each([
  ['stallTimeout', { stallTimeoutSeconds: 3 }],
  ['jobTimeout', { jobTimeoutSeconds: 6 }],
])('no image thrown away because %s gave its job up a moment too early', async (_, policy) => {
  house = await aHouse({ servers: 1, jobSeconds: 2_000, speed: 1_000 });
  // SMC: a job is stopped only while it is Syncing, and this one is past it.
  house.breakThings({ jobs: [{ source: '*', stall: { atProgress: 95, seconds: 10_000 } }] });
  const plan = house.plan(1, { policy: { attempts: 2, ...policy } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const [made] = Object.values(audit().images.perSource).flat();
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', imageId: made!.imageId });
  expect(audit()).toMatchObject({ images: { total: 1 }, jobs: { leftovers: [] } });
  expect(calls('StartReplicationJob')).toBe(1);
});

test.each(['a retry', 'another apply'])(
  'no kept job that is in the way of %s, or loses what it has transferred',
  async (again) => {
    house = await aHouse({ servers: 2, jobSeconds: 3_000, speed: 3_000 });
    house.breakThings({ jobs: [{ source: sourceIds()[0]!, fail: { atProgress: 60 } }] });
    const isRetry = again === 'a retry';
    const plan = house.plan(2, {
      policy: { attempts: 1, onFailure: 'keepJob' },
      // What is left to do keeps the batch, which stops, ready for orders.
      waves: [{ name: 'canary', failureThreshold: isRetry ? { count: 0 } : undefined }, { name: 'rest' }],
    });
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    if (!isRetry) await batch.result();
    const kept = await untilProgress(batch, ({ counts }) => counts.failed === 1);
    expect(kept.leftovers).toBe(1);
    const [job] = audit().jobs.leftovers;
    expect(job).toMatchObject({ status: 'InError' });
    expect((await batch.servers())[0]!.leftover).toEqual({ jobId: job!.jobId, why: 'keptByPolicy' });

    house.breakThings({});
    if (isRetry) await handleOf(plan).executeUpdate(retryUpdate, { args: [{ by: 'tester' }] });
    else expect(await batch.start(plan)).toBe('started');
    await batch.result();
    expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', jobId: job!.jobId });
    expect((await batch.progress()).leftovers).toBe(0);
    expect(audit()).toMatchObject({
      creates: { tookEffect: 2 },
      images: { total: 2 },
      jobs: { leftovers: [] },
    });
  },
);

test('no cleanup that takes what runs, or what only looks like ours', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 1_000, speed: 1_000 });
  const [broken, slow] = sourceIds();
  house.breakThings({
    jobs: [
      { source: broken!, fail: { atProgress: 50 } },
      { source: slow!, slower: 1_000 },
    ],
    foreignJobs: [{ existing: 3, running: 1 }],
  });
  const plan = house.plan(2, { policy: { attempts: 1, onFailure: 'keepJob' } });
  const ours = { key: 'smc-batch', value: plan.name };
  const server = { key: 'smc-batch-server', value: plan.servers[0]!.name };
  const foreign = house.simulator.account.jobList().filter((job) => job.foreign);
  // Of a batch whose name begins like ours, of no server, of no batch.
  foreign[0]!.tags = [{ ...ours, value: `${plan.name}-2` }, server];
  foreign[1]!.tags = [ours];
  foreign[2]!.tags = [server];
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.failed === 1 && audit().jobs.running === 2);
  const [kept] = await batch.servers({ phases: ['failed'] });
  const [running] = audit().jobs.leftovers.filter(({ status }) => status === 'Running');
  const cleaned = await house.run('cleanup', plan.name, '--yes', '-o', 'json');
  expect(cleaned.code).toBe(0);
  const outcomes = JSON.parse(cleaned.stdout) as { jobId: string; outcome: string }[];
  expect(outcomes).toHaveLength(2);
  expect(outcomes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ jobId: running!.jobId, outcome: 'under way' }),
      expect.objectContaining({ jobId: kept!.jobId, outcome: 'deleted' }),
    ]),
  );
  house.simulator.account.skip(1_000_000);
  await batch.result();
  expect((await batch.progress()).counts).toMatchObject({ migrated: 1, failed: 1 });
  expect(calls('StopReplicationJob')).toBe(0);
  expect(audit().jobs).toMatchObject({ leftovers: [], foreign: { existing: 3, running: 1 } });
});

test('no migration lost by a clean-up: a job that finished after its workflow was terminated counts, and apply skips its server', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 1_000, speed: 1 });
  const { account } = house.simulator;
  const plan = house.plan(2);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 2);
  await handleOf(plan).terminate('by the test');
  for (const { name } of plan.servers)
    await house.client.workflow.getHandle(serverWorkflowId(plan.name, name)).terminate('by the test');
  account.skip(1_000);
  // The other is deleted by somebody, and slowly.
  const [finished, leaving] = account.jobList();
  account.setStatus(leaving!, 'Deleting');

  const look = await house.run('cleanup', plan.name, '--dry-run', '-o', 'json');
  expect({ code: look.code, jobs: JSON.parse(look.stdout) }).toMatchObject({
    code: 0,
    jobs: [
      {
        outcome: 'deletable',
        status: 'Finished',
        reason: 'its source server is tagged as migrated first, where it is not yet',
      },
      { outcome: 'deletable', status: 'Deleting', reason: 'it is being deleted' },
    ],
  });
  expect(calls('TagResources') + calls('DeleteReplicationJob')).toBe(0);

  const cleaning = house.run('cleanup', plan.name, '--yes', '-o', 'json');
  // By then it has listed both.
  await until(() => calls('TagResources') > 0);
  account.dropJob(leaving!);
  const cleaned = await cleaning;
  const { jobId, imageId: image } = finished!;
  const of = (id: string) => plan.servers.find(({ sourceId }) => sourceId === id)!.name;
  expect({ code: cleaned.code, jobs: JSON.parse(cleaned.stdout) }).toEqual({
    code: 0,
    jobs: [
      {
        jobId,
        server: of(finished!.sourceId),
        status: 'Finished',
        outcome: 'deleted',
        image,
        migrated: { batch: plan.name, image },
        reason: `${image} stays, and its server counts as migrated`,
      },
      { jobId: leaving!.jobId, server: of(leaving!.sourceId), status: 'Deleting', outcome: 'deleted' },
    ],
  });
  expect(cleaned.stderr).toContain(`${jobId}: deleted: ${image} stays, and its server counts as migrated`);
  expect(account.jobs.size).toBe(0);

  const servers = plan.servers.filter(({ sourceId }) => sourceId === finished!.sourceId);
  expect(await batch.start({ ...plan, servers })).toBe('started');
  await batch.result();
  expect((await batch.progress()).counts).toMatchObject({ skipped: 1, migrated: 0 });
  expect(audit().creates.tookEffect).toBe(2);
});

test.each(['the batch', 'the server'])(
  'no wait for room in the account that cannot be cancelled: %s',
  async (what) => {
    house = await aHouse({ servers: 2, speed: 6_000 });
    const [refused] = sourceIds();
    const error = { code: 'QuotaExceeded.ReplicationJob', httpStatus: 403 };
    house.breakThings({ calls: [{ operation: 'CreateReplicationJob', sourceId: refused!, error }] });
    const plan = house.plan(2);
    const { name } = plan.servers[0]!;
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    await untilProgress(batch, ({ counts }) => counts.queued === 1 && counts.migrated === 1);
    const named = what === 'the server' ? [name] : [];
    expect((await house.run('cancel', plan.name, ...named, '--yes')).code).toBe(0);
    await batch.result().catch(() => undefined);
    expect((await batch.servers({ names: [name] }))[0]).toMatchObject({ phase: 'cancelled' });
    expect(audit().jobs.leftovers).toEqual([]);
  },
);
