import type { Plan } from '../../../src/plan';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { retryUpdate } from '../../../workflows/contract/orders';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const calls = (operation: string) => audit().calls.perOperation[operation]?.accepted ?? 0;
const sourceIds = () => [...house.simulator.account.sources.keys()];
const handleOf = (plan: Plan) => house.client.workflow.getHandle(batchWorkflowId(plan.name));

test('a job that hangs at every try gives back its slot and its instance', async () => {
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
    // Its job is deleted: what SMC said of it is not.
    evidence: { job: { status: 'Stopped', progress: 50 }, source: { sourceId: hanging, state: 'InUse' } },
  });
  expect(servers.find(({ sourceId }) => sourceId !== hanging)?.phase).toBe('migrated');
  expect(audit()).toMatchObject({ jobs: { leftovers: [], peakRunning: 1 }, instances: { now: 0 } });
});

test('an image that is made just when stallTimeout or jobTimeout ends the wait is kept', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 2_000, speed: 1_000 });
  // SMC: a job is stopped only while it is Syncing, and these are past it.
  house.breakThings({ jobs: [{ source: '*', stall: { atProgress: 95, seconds: 10_000 } }] });
  const plans = [{ stallTimeoutSeconds: 3 }, { jobTimeoutSeconds: 6 }].map((policy, from) =>
    house.plan(1, { name: `past-${from}-${Date.now()}`, from, policy: { attempts: 2, ...policy } }),
  );
  await house.startWorker();
  for (const plan of plans) await house.batch(plan).start(plan);
  for (const plan of plans) {
    const batch = house.batch(plan);
    await batch.result();
    const [made] = audit().images.perSource[plan.servers[0]!.sourceId!]!;
    expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', imageId: made!.imageId });
  }
  expect(audit()).toMatchObject({ images: { total: 2 }, jobs: { leftovers: [] } });
  expect(calls('StartReplicationJob')).toBe(2);
});

test('a kept job is adopted by a retry or another apply, with what it has transferred', async () => {
  house = await aHouse({ servers: 4, jobSeconds: 3_000, speed: 3_000 });
  const planFor = (from: number, failureThreshold?: { count: number }) =>
    house.plan(2, {
      name: `kept-${from}-${Date.now()}`,
      from,
      policy: { attempts: 1, onFailure: 'keepJob' },
      waves: [{ name: 'canary', failureThreshold }, { name: 'rest' }],
    });
  // What is left to do keeps the first batch, which stops, ready for orders.
  const plans = [planFor(0, { count: 0 }), planFor(2)];
  const broken = plans.map(({ servers }) => servers[0]!.sourceId!);
  house.breakThings({ jobs: broken.map((source) => ({ source, fail: { atProgress: 60 } })) });
  await house.startWorker();
  for (const plan of plans) await house.batch(plan).start(plan);
  await house.batch(plans[1]!).result();
  const kept: string[] = [];
  for (const [i, plan] of plans.entries()) {
    const batch = house.batch(plan);
    expect(await untilProgress(batch, ({ counts }) => counts.failed === 1)).toMatchObject({ leftovers: 1 });
    const job = audit().jobs.leftovers.find(({ sourceId }) => sourceId === broken[i]);
    expect(job).toMatchObject({ status: 'InError' });
    expect((await batch.servers())[0]!.leftover).toEqual({ jobId: job!.jobId, why: 'keptByPolicy' });
    kept.push(job!.jobId);
  }

  house.breakThings({});
  await handleOf(plans[0]!).executeUpdate(retryUpdate, { args: [{ by: 'tester' }] });
  expect(await house.batch(plans[1]!).start(plans[1]!)).toBe('started');
  for (const [i, plan] of plans.entries()) {
    const batch = house.batch(plan);
    await batch.result();
    expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', jobId: kept[i] });
    expect((await batch.progress()).leftovers).toBe(0);
  }
  expect(audit()).toMatchObject({
    creates: { tookEffect: 4 },
    images: { total: 4 },
    jobs: { leftovers: [] },
  });
});

test('cleanup spares running jobs, and jobs that only look like ours', async () => {
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

test('a job that finished after its workflow was terminated counts as a migration at a clean-up, and apply skips its server', async () => {
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
  expect((await batch.progress()).earlier).toBe(1);
  expect(audit().creates.tookEffect).toBe(2);
});

test('a wait for room in the account ends when the batch or the server is cancelled', async () => {
  house = await aHouse({ servers: 4, speed: 6_000 });
  const error = { code: 'QuotaExceeded.ReplicationJob', httpStatus: 403 };
  const plans = [0, 2].map((from) => house.plan(2, { name: `room-${from}-${Date.now()}`, from }));
  const refused = plans.map(({ servers }) => servers[0]!.sourceId!);
  house.breakThings({
    calls: refused.map((sourceId) => ({ operation: 'CreateReplicationJob', sourceId, error })),
  });
  await house.startWorker();
  for (const plan of plans) await house.batch(plan).start(plan);
  for (const [i, plan] of plans.entries()) {
    const batch = house.batch(plan);
    const { name } = plan.servers[0]!;
    await untilProgress(batch, ({ counts }) => counts.queued === 1 && counts.migrated === 1);
    const named = i === 0 ? [] : [name];
    expect((await house.run('cancel', plan.name, ...named, '--yes')).code).toBe(0);
    await batch.result().catch(() => undefined);
    expect((await batch.servers({ names: [name] }))[0]).toMatchObject({ phase: 'cancelled' });
  }
  expect(audit().jobs.leftovers).toEqual([]);
});
