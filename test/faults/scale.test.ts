import { historyLimit } from '../../workflows/batch/history-limit';
import { batchWorkflowId, serverWorkflowId } from '../../workflows/contract/ids';
import { aHouse, endedCount, type House, lengthenHistory, until, untilProgress } from '../e2e/house/a-house';

let house: House;
afterEach(() => house?.close());

test('a batch of 200 servers passes through a Continue-As-New and a worker kill, every server once', async () => {
  const servers = 200;
  house = await aHouse({ servers, jobSeconds: 0, deletingSeconds: 0, pollInterval: 0.1 });
  const plan = house.plan(servers);
  await house.startWorkerProcess();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, (progress) => endedCount(progress) >= servers / 3);
  await house.killWorkers();
  // No worker hears these messages, so that the batch has them all before it can end.
  await lengthenHistory(house, plan.name, historyLimit.any + 1);
  await house.startWorkerProcess();
  await batch.result();

  expect((await batch.progress()).counts).toMatchObject({ migrated: servers, skipped: 0, failed: 0 });
  const { images, creates, jobs, quota } = house.simulator.account.audit();
  expect(new Set(Object.values(images.perSource).map((made) => made.length))).toEqual(new Set([1]));
  expect(new Set(Object.values(creates.perSource))).toEqual(new Set([1]));
  expect(images.total).toBe(servers);
  expect(jobs.leftovers).toEqual([]);
  expect(jobs.peakExisting).toBeLessThanOrEqual(quota.jobs);
  expect(jobs.peakRunning).toBeLessThanOrEqual(quota.running);

  const { runId, raw } = await house.client.workflow.getHandle(batchWorkflowId(plan.name)).describe();
  expect(runId).not.toBe(raw.workflowExecutionInfo?.firstRunId);
}, 600_000);

test('a server whose workflow is terminated after a Continue-As-New gives its slot back', async () => {
  house = await aHouse({ servers: 3, runningQuota: 1, jobSeconds: 100_000, speed: 100 });
  const plan = house.plan(3);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 1);
  const [first] = await batch.servers({ phases: ['migrating'] });
  const migration = house.client.workflow.getHandle(serverWorkflowId(plan.name, first!.server));
  // The batch counts it as migrating from the moment it asks Temporal for its workflow.
  await until(() =>
    migration.describe().then(
      () => true,
      () => false,
    ),
  );
  await migration.terminate('by the test');
  // The batch hears of it, reports it as failed, and takes the next one up.
  await untilProgress(batch, ({ counts }) => counts.failed === 1 && counts.migrating + counts.queued === 1);
  const [failed] = await batch.servers({ phases: ['failed'] });
  expect(failed?.error?.remedy).toContain('cleanup');
});
