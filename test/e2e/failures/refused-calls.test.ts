import type { Plan } from '../../../src/plan';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { cutOverUpdate, pauseUpdate, resumeUpdate, retryUpdate } from '../../../workflows/contract/orders';
import { explainQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const by = 'tester';
const audit = () => house.simulator.account.audit();
const jobs = () => house.simulator.account.jobList();
const jobOf = (sourceId: string) => jobs().find((job) => job.sourceId === sourceId)!;
/** With all that is due by now. */
const statusNow = (sourceId: string) => {
  house.simulator.account.now();
  return jobOf(sourceId).status;
};
const handleOf = ({ name }: Plan) => house.client.workflow.getHandle(batchWorkflowId(name));
const explain = (plan: Plan, server: string) => handleOf(plan).query(explainQuery, { server });

/** Incremental servers, all of them synced once; the second wave keeps the batch ready for orders. */
async function syncedServers(count: number, frequencies: number[], policy: Plan['policy'] | object = {}) {
  const plan = house.plan(count, {
    policy,
    server: (nth) => ({
      job: { runOnce: false, frequency: frequencies[nth] ?? 168, maxNumberOfImageToKeep: 2 },
    }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.synced === count);
  const cutOver = (server: string) =>
    handleOf(plan).executeUpdate(cutOverUpdate, { args: [{ by, servers: [server] }] });
  return { plan, batch, cutOver };
}

test('a cut-over whose source is away waits for it without a running slot, and loses no sync', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 1_000, speed: 1_000 });
  const { plan, batch, cutOver } = await syncedServers(1, []);
  const [{ name, sourceId }] = plan.servers as [Plan['servers'][0]];
  house.breakThings({ sources: [{ source: sourceId!, offline: true }] });
  await cutOver(name);
  await until(async () => (await explain(plan, name)).why.includes('is Unavailable'));
  expect((await batch.progress()).slots.inUse).toEqual({ existing: 1, running: 0 });
  expect(jobOf(sourceId!).status).toBe('Waiting');
  house.breakThings({});
  await batch.result();
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated' });
  expect(audit()).toMatchObject({ creates: { tookEffect: 1 }, jobs: { leftovers: [] } });
});

test("a cut-over while another server's scheduled sync fills the running quota waits its turn", async () => {
  house = await aHouse({ servers: 2, runningQuota: 1, jobSeconds: 1_000, speed: 100 });
  const { plan, batch, cutOver } = await syncedServers(2, [1, 168]);
  const [often, seldom] = plan.servers as [Plan['servers'][0], Plan['servers'][0]];
  const isSyncing = () => statusNow(often.sourceId!) === 'Running';
  while (!isSyncing()) house.simulator.account.skip(300);
  await cutOver(seldom.name);
  await untilProgress(batch, ({ counts }) => counts.migrated === 1);
  expect(audit()).toMatchObject({ creates: { tookEffect: 2 }, jobs: { peakRunning: 1 } });
  expect(jobOf(often.sourceId!)).toBeDefined();
});

test('a job whose sync breaks while its cut-over waits is started again, and then cut over', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 1_000, speed: 1_000 });
  const { plan, batch, cutOver } = await syncedServers(1, [12]);
  const [{ name, sourceId }] = plan.servers as [Plan['servers'][0]];
  await handleOf(plan).executeUpdate(pauseUpdate, { args: [{ by }] });
  await cutOver(name);
  await untilProgress(batch, ({ counts }) => counts.queued === 1);
  house.breakThings({ jobs: [{ source: sourceId!, runs: 1, fail: { atProgress: 50 } }] });
  house.simulator.account.skip(12 * 3_600);
  await until(() => statusNow(sourceId!) === 'InError');
  await handleOf(plan).executeUpdate(resumeUpdate, { args: [{ by }] });
  await batch.result();
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated' });
  expect(audit()).toMatchObject({ creates: { tookEffect: 1 }, jobs: { leftovers: [] } });
});

test('a cut-over that breaks is begun again after the next sync, as often as the plan allows', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 1_000, speed: 1_000 });
  const { plan, batch, cutOver } = await syncedServers(1, [], { attempts: 2 });
  const [{ name, sourceId }] = plan.servers as [Plan['servers'][0]];
  house.breakThings({ jobs: [{ source: sourceId!, runs: 1, fail: { atProgress: 50 } }] });
  await cutOver(name);
  await batch.result();
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated' });
  expect(audit()).toMatchObject({ creates: { tookEffect: 1 }, jobs: { leftovers: [] } });
});

test('a job is left with all its work where CutOverReplicationJob or StartReplicationJob is refused for good: it is shown, counts, and a retry goes on with it', async () => {
  house = await aHouse({ servers: 4, jobSeconds: 1_000, speed: 1_000 });
  const incremental = { runOnce: false, frequency: 168, maxNumberOfImageToKeep: 2 };
  const [cutOver, start] = ['CutOverReplicationJob', 'StartReplicationJob'].map((operation, nth) => {
    const plan = house.plan(2, {
      name: `refused-${nth}-${Date.now()}`,
      from: 2 * nth,
      waves: [{ name: 'first' }, { name: 'later', after: 'approval' }],
      server: (n) => (n === 0 && nth === 0 ? { job: incremental } : {}),
    });
    const { name, sourceId } = plan.servers[0]!;
    return { operation, plan, batch: house.batch(plan), name, sourceId: sourceId! };
  }) as [RefusedFor, RefusedFor];
  const error = { code: 'Strange.Code', message: 'No.', httpStatus: 400 };
  house.breakThings({
    calls: [
      { operation: cutOver.operation, sourceId: cutOver.sourceId, error },
      // The second start, after the first has transferred half.
      { operation: start.operation, sourceId: start.sourceId, error, between: [2, 99] },
    ],
    jobs: [{ source: start.sourceId, runs: 1, fail: { atProgress: 60 } }],
  });
  const orderCutOver = async () => {
    await untilProgress(cutOver.batch, ({ counts }) => counts.synced === 1);
    await handleOf(cutOver.plan).executeUpdate(cutOverUpdate, { args: [{ by, servers: [cutOver.name] }] });
  };
  await house.startWorker();
  for (const { batch, plan } of [cutOver, start]) await batch.start(plan);
  await orderCutOver();
  for (const { plan, batch, name, sourceId } of [cutOver, start]) {
    const progress = await untilProgress(batch, ({ counts }) => counts.failed === 1);
    expect(progress).toMatchObject({ leftovers: 1, slots: { inUse: { existing: 1, running: 0 } } });
    const { jobId } = jobOf(sourceId);
    const { leftover, error: failure } = await explain(plan, name);
    expect(leftover).toMatchObject({ jobId, why: 'refused', error: { code: 'Strange.Code' } });
    expect(failure!.remedy).toContain('a retry of the server goes on with them');
    const report = await house.run('report', plan.name, '-o', 'json');
    expect(JSON.parse(report.stdout).leftovers[0]).toMatchObject({ jobId, why: 'refused' });
  }
  house.breakThings({});
  for (const { plan, name } of [cutOver, start])
    await handleOf(plan).executeUpdate(retryUpdate, { args: [{ by, servers: [name] }] });
  await orderCutOver();
  for (const { batch } of [cutOver, start]) await untilProgress(batch, ({ counts }) => counts.migrated === 1);
  expect(audit()).toMatchObject({ creates: { tookEffect: 2 }, jobs: { leftovers: [] } });
});

/** A batch whose first server meets a refusal of the operation. */
interface RefusedFor {
  operation: string;
  plan: Plan;
  batch: ReturnType<House['batch']>;
  name: string;
  sourceId: string;
}

test('what a job has said is kept in the failure of its server when the job is deleted', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 1_000, speed: 1_000 });
  const statusInfo = '{"error_code":"X9","error_msg":"tape is torn"}';
  house.breakThings({ jobs: [{ source: '*', fail: { atProgress: 60, errorCode: 'Odd.Code', statusInfo } }] });
  const plan = house.plan(1, { policy: { attempts: 1 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const [server] = await batch.servers();
  expect(server!.error).toMatchObject({ code: 'Odd.Code', message: expect.stringContaining(statusInfo) });
  expect(server!.error!.message).toContain('at 60 %: Odd.Code');
  expect(audit().jobs.leftovers).toEqual([]);
});
