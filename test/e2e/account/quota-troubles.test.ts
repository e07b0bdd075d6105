import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkflowId, quotaWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { type LimitsOrder, limitsUpdate } from '../../../workflows/contract/orders';
import { explainQuery } from '../../../workflows/contract/views';
import { aHouse, endedCount, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const limits = (batch: string, order: Omit<LimitsOrder, 'by'>) =>
  house.client.workflow
    .getHandle(batchWorkflowId(batch))
    .executeUpdate(limitsUpdate, { args: [{ by: 'tester', ...order }] });
const eventsOf = async (workflowId: string) =>
  (await house.client.workflow.getHandle(workflowId).fetchHistory()).events?.length ?? 0;

test("the quota that was set last counts, though another batch's plan says more", async () => {
  house = await aHouse({ servers: 24, runningQuota: 8, jobSeconds: 2_000, speed: 1_000 });
  const first = house.plan(12, { name: `one-${Date.now()}` });
  const second = house.plan(12, { name: `two-${Date.now()}`, from: 12 });
  await house.startWorker();
  const [one, two] = [house.batch(first), house.batch(second)];
  await Promise.all([one.start(first), two.start(second)]);
  await until(() => audit().jobs.running > 4);
  await limits(first.name, { runningQuota: 2 });
  // Both batches have given their slots up; that few jobs run at a moment does not say so.
  const leased = async () =>
    (await Promise.all([one.progress(), two.progress()])).reduce(
      (sum, { slots }) => sum + slots.cap.running,
      0,
    );
  await until(async () => (await leased()) <= 2 && audit().jobs.running <= 2);
  const { length } = audit().timeline;
  await untilProgress(two, (progress) => endedCount(progress) >= 5);
  // The second has reported many times since.
  await limits(second.name, { maxConcurrent: 5, priority: 1 });
  await untilProgress(two, (progress) => endedCount(progress) >= 7);
  const later = audit().timeline.slice(length);
  expect(Math.max(...later.map(({ running }) => running))).toBeLessThanOrEqual(2);
  await limits(second.name, { runningQuota: 8 });
  await Promise.all([one.result(), two.result()]);
  expect(audit().images.total).toBe(24);
});

test('starts that are refused again and again are tried by one server at a time, and more and more rarely', async () => {
  house = await aHouse({ servers: 6, jobSeconds: 1_000, speed: 1_000 });
  const error = { code: 'QuotaExceeded.Vpc', message: 'no VPC left' };
  house.breakThings({ calls: [{ operation: 'StartReplicationJob', error }] });
  const plan = house.plan(6, { policy: { attempts: 1 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const refused = () => audit().calls.perOperation.StartReplicationJob?.refused['QuotaExceeded.Vpc'] ?? 0;
  await until(() => refused() >= 6);
  const waits = await untilProgress(batch, ({ waiting }) => waiting?.includes('QuotaExceeded.Vpc') ?? false);
  expect(waits.waiting).toMatch(
    /^SMC refuses to run one more job: QuotaExceeded.Vpc: .*; one server tries again (at|now)/,
  );
  // The first one again after 15 s, and no other one with it.
  await sleep(10_000);
  expect(refused()).toBeLessThanOrEqual(7);
  const histories = await Promise.all(
    plan.servers.map(({ name }) => eventsOf(serverWorkflowId(plan.name, name))),
  );
  expect(Math.max(...histories)).toBeLessThan(60);
  const why = await house.client.workflow
    .getHandle(batchWorkflowId(plan.name))
    .query(explainQuery, { server: plan.servers[0]!.name, at: Date.now() });
  expect(why.why).toContain('QuotaExceeded.Vpc');
  house.breakThings({});
  await batch.result();
  const servers = await batch.servers();
  expect(servers.map(({ phase, starts }) => [phase, starts])).toEqual(Array(6).fill(['migrated', 1]));
});

test('a scheduled sync that is seen counts as running', async () => {
  house = await aHouse({
    ...{ servers: 5, runningQuota: 2, jobSeconds: 1_500, speed: 100, syncsExceedQuota: true },
  });
  const incremental = { runOnce: false, frequency: 1, maxNumberOfImageToKeep: 1 };
  const plan = house.plan(5, {
    waves: [{ name: 'first' }, { name: 'rest' }],
    server: (nth) => ({ wave: nth === 0 ? 'first' : 'rest', job: nth === 0 ? incremental : {} }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  // How many starts meet a sync that no look has seen yet is luck: an hour between two syncs takes 36 s here, and none is
  // foreseen. That a sync which is foreseen keeps its slot free stands in tables.
  const quota = house.client.workflow.getHandle(quotaWorkflowId(plan.account.id));
  const page = () =>
    quota.query<{ currentDetails?: string }>('__temporal_workflow_metadata').catch(() => undefined);
  await until(async () => (await page())?.currentDetails?.includes('1 of them syncs') ?? false);
  await untilProgress(batch, (progress) => endedCount(progress) >= 4);
});

test('a quota whose workflow is terminated comes back with what its batches hold', async () => {
  house = await aHouse({ servers: 24, jobsQuota: 12, runningQuota: 6, jobSeconds: 2_000, speed: 1_000 });
  const first = house.plan(12, { name: `one-${Date.now()}` });
  const second = house.plan(12, { name: `two-${Date.now()}`, from: 12 });
  await house.startWorker();
  const batches = [house.batch(first), house.batch(second)];
  await Promise.all([batches[0]!.start(first), batches[1]!.start(second)]);
  const quota = house.client.workflow.getHandle(quotaWorkflowId(first.account.id));
  for (const least of [2, 6]) {
    await untilProgress(batches[0]!, (progress) => endedCount(progress) >= least);
    await quota.terminate('by hand');
    await until(async () => (await quota.describe()).status.name === 'RUNNING');
  }
  await Promise.all(batches.map((batch) => batch.result()));
  expect(audit()).toMatchObject({ images: { total: 24 }, jobs: { leftovers: [] } });
  expect(audit().jobs.peakRunning).toBeLessThanOrEqual(6);
  expect(audit().jobs.peakExisting).toBeLessThanOrEqual(12);
  expect(audit().quota.refusedCreates + audit().quota.refusedStarts).toBe(0);
});

test("a batch on another queue than its account's quota says so at once, and goes on when that queue is done", async () => {
  house = await aHouse({ servers: 4, runningQuota: 2, jobSeconds: 12_000, speed: 1_000 });
  const first = house.plan(2, { name: `one-${Date.now()}` });
  const second = house.plan(2, { name: `two-${Date.now()}`, from: 2 });
  await house.startWorker();
  const one = house.batch(first);
  await one.start(first);
  await untilProgress(one, ({ counts }) => counts.migrating > 0);
  const ours = house.env.SMC_TASK_QUEUE!;
  const theirs = `${ours}-2`;
  await house.startWorker({ SMC_TASK_QUEUE: theirs });
  process.env.SMC_TASK_QUEUE = theirs;
  const two = house.batch(second);
  await two.start(second);
  const waits = await untilProgress(two, ({ waiting }) => waiting?.includes('task queue') ?? false);
  expect(waits.waiting).toContain(
    `the quota of account '${first.account.id}' is kept by the workers of task queue '${ours}', and this batch's workers take work from '${theirs}'`,
  );
  await Promise.all([one.result(), two.result()]);
  expect(audit()).toMatchObject({ images: { total: 4 }, jobs: { leftovers: [] } });
});
