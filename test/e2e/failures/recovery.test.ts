import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { explainQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const sourceIds = () => [...house.simulator.account.sources.keys()];
const explain = (batch: string, server: string) =>
  house.client.workflow.getHandle(batchWorkflowId(batch)).query(explainQuery, { server });

test('a source that is offline costs no attempt: its server waits for the client, says so, and goes on when it is back', async () => {
  house = await aHouse({ servers: 2, speed: 600 });
  const [away] = sourceIds();
  const plan = house.plan(2, { policy: { attempts: 2 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, () => audit().jobs.peakRunning === 2);
  house.breakThings({ sources: [{ source: away!, offline: true }] });
  await untilProgress(batch, ({ counts }) => counts.recovering === 1 && counts.migrated === 1);
  const name = plan.servers[0]!.name;
  await until(async () => (await explain(plan.name, name)).why.includes('is Unavailable'));
  expect(await explain(plan.name, name)).toMatchObject({
    phase: 'recovering',
    next: expect.stringContaining('SMC client'),
  });
  const starts = () => audit().calls.perOperation.StartReplicationJob!.accepted;
  const before = starts();
  await sleep(3_000);
  expect(starts()).toBe(before);
  house.breakThings({});
  await batch.result();
  expect((await batch.servers()).map(({ phase }) => phase)).toEqual(['migrated', 'migrated']);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('a source that is offline at the start of its job costs no attempt: its server waits without a running slot', async () => {
  house = await aHouse({ servers: 1 });
  house.breakThings({
    calls: [{ operation: 'StartReplicationJob', nth: 1, error: { code: 'SourceServerState.Invalid' } }],
  });
  const plan = house.plan(1, { policy: { attempts: 1, restartDelaySeconds: 3 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const waiting = await untilProgress(batch, ({ counts }) => counts.recovering === 1);
  expect(waiting.slots.inUse).toEqual({ existing: 1, running: 0 });
  await batch.result();
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', starts: 1 });
  expect(audit().creates.tookEffect).toBe(1);
});

test('a job without progress is stopped and started again, and keeps its slot', async () => {
  house = await aHouse({ servers: 2, runningQuota: 1, speed: 600 });
  const [hanging] = sourceIds();
  house.breakThings({ jobs: [{ source: hanging!, runs: 1, stall: { atProgress: 50 } }] });
  const plan = house.plan(2, { policy: { stallTimeoutSeconds: 3 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.recovering === 1);
  const name = plan.servers.find(({ sourceId }) => sourceId === hanging)!.name;
  expect((await explain(plan.name, name)).why).toContain('ReplicationJob.Stalled');
  await batch.result();
  expect((await batch.servers()).map(({ phase }) => phase)).toEqual(['migrated', 'migrated']);
  expect(audit().jobs.peakRunning).toBe(1);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('a slow server fails with the reason after jobTimeout, and its job is stopped and deleted', async () => {
  house = await aHouse({ servers: 2, speed: 600 });
  const [slow] = sourceIds();
  house.breakThings({ jobs: [{ source: slow!, stall: { atProgress: 50 } }] });
  const plan = house.plan(2, { policy: { jobTimeoutSeconds: 8 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const servers = await batch.servers();
  const failed = servers.find(({ sourceId }) => sourceId === slow);
  expect(failed).toMatchObject({
    phase: 'failed',
    error: { code: 'ReplicationJob.TimedOut', remedy: expect.stringContaining('jobTimeout') },
  });
  expect(audit().jobs.leftovers).toEqual([]);
});

test('kept jobs are counted as billed until cleanup has deleted them, and it deletes only those', async () => {
  house = await aHouse({ servers: 3, speed: 6_000 });
  const [broken, mine] = sourceIds();
  house.breakThings({ jobs: [{ source: broken!, fail: { atProgress: 50 } }] });
  const plan = house.plan(1, { policy: { attempts: 1, onFailure: 'keepJob' } });
  const other = house.plan(1, { from: 1, name: `${plan.name}-other`, policy: { onFailure: 'keepJob' } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect((await batch.progress()).leftovers).toBe(1);
  const status = await house.run('status', plan.name);
  expect(status.stdout).toMatch(/1 kept job: .* instance-hours? billed so far/);
  expect(status.stdout).toContain(`smc-batch cleanup ${plan.name}`);

  // The job of another batch of ours.
  house.breakThings({ jobs: [{ source: mine!, stall: { atProgress: 50 } }] });
  const running = house.batch(other);
  await running.start(other);
  await untilProgress(running, ({ counts }) => counts.migrating === 1);
  const cleaned = await house.run('cleanup', plan.name, '--yes', '-o', 'json');
  expect(cleaned.code).toBe(0);
  expect(JSON.parse(cleaned.stdout)).toEqual([expect.objectContaining({ outcome: 'deleted' })]);
  const left = [...house.simulator.account.jobs.values()].filter(({ status }) => status === 'Running');
  expect(left.map(({ sourceId }) => sourceId)).toContain(mine);
  expect((await running.progress()).counts.migrating).toBe(1);

  // The batch has ended and can learn nothing more: what cleanup has deleted is noted beside it.
  const since = await house.run('status', plan.name);
  expect(since.stdout).toMatch(/was left in the account, and cleanup deleted it at \d{4}-.* UTC/);
  expect(since.stdout).not.toContain('so far');
  const told = JSON.parse((await house.run('status', plan.name, '-o', 'json')).stdout);
  expect(told.progress.leftovers).toBe(0);
  expect(told.keptJobs).toBeUndefined();
  const { instanceHours, deletedAt } = told.servers[0].leftover;
  expect(deletedAt).toBeLessThanOrEqual(Date.now());
  const report = JSON.parse((await house.run('report', plan.name, '-o', 'json')).stdout);
  expect(report.leftovers).toEqual([]);
  expect(report.servers[0].leftover.instanceHours).toBe(instanceHours);
  const story = await house.run('explain', plan.name, plan.servers[0]!.name);
  expect(story.stdout).toMatch(/left +nothing: cleanup deleted job j-/);
});

test('an incremental job is kept valid until its cut-over, as long as SMC allows', async () => {
  house = await aHouse({ servers: 1, speed: 6_000 });
  const plan = house.plan(1, {
    server: () => ({ job: { runOnce: false, frequency: 168, maxNumberOfImageToKeep: 1 } }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.synced === 1);
  const [job] = house.simulator.account.jobs.values();
  const daysValid = () => (job!.settings.validTime - job!.createdAt) / 86_400_000;
  await until(() => daysValid() > 31);
  expect(daysValid()).toBeGreaterThan(60);
});
