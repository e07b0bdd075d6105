import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { temporalQueueLimit } from '../../../src/temporal';
import { aHouse, endedCount, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const taskQueueType = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
/** The rate limit that the Temporal server keeps to, and whose it is. */
async function limitOnServer() {
  const { config, effectiveRateLimit } = await house.client.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: house.env.SMC_TASK_QUEUE },
    taskQueueType,
    reportConfig: true,
  });
  return {
    lowered: config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? undefined,
    effective: effectiveRateLimit?.requestsPerSecond,
  };
}

test('an account that throttles is called more slowly, every server is migrated once, and the limit is back up after', async () => {
  house = await aHouse({ servers: 16, jobSeconds: 2_000, env: { SMC_CALLS_PER_SECOND: '20' } });
  house.breakThings({ calls: [{ throttle: { perSecond: 4 } }] });
  const plan = house.plan(16);
  const worker = await house.startWorkerProcess();
  let log = '';
  worker.stderr!.on('data', (chunk) => {
    log += chunk;
  });
  const batch = house.batch(plan);
  await batch.start(plan);

  await until(async () => (await limitOnServer()).lowered !== undefined);
  const { lowered, effective } = await limitOnServer();
  expect(effective).toBe(lowered);
  expect(lowered).toBeLessThanOrEqual(10);
  const { stdout } = await house.run('doctor', '-o', 'json');
  expect(JSON.parse(stdout).checks).toContainEqual(
    expect.objectContaining({ id: 'call-rate', status: 'warning' }),
  );

  await untilProgress(batch, (progress) => endedCount(progress) >= 5);
  house.breakThings({});
  await batch.result();
  const { images, jobs } = house.simulator.account.audit();
  expect(images.total).toBe(16);
  expect(Object.values(images.perSource).map(({ length }) => length)).toEqual(Array(16).fill(1));
  expect(jobs.leftovers).toEqual([]);

  await until(async () => (await limitOnServer()).lowered === undefined);
  expect((await limitOnServer()).effective).toBe(20);
  expect(log).toMatch(/WARN SMC throttles: at most [\d.]+ activit(y|ies) per second over all workers/);
  // The server knows of it a moment before the worker says so.
  const said = 'SMC no longer throttles: at most 20 activities per second over all workers';
  await until(() => log.includes(said));
  expect(log).toContain(said);

  worker.kill('SIGTERM');
  expect(await once(worker, 'exit')).toEqual([0, null]);
});

test('a limit that a dead worker has left is taken off by the next; one set by hand stays', async () => {
  house = await aHouse({ servers: 1 });
  const limit = temporalQueueLimit(house.client.connection, 'default');
  await limit.set(80, 'SMC throttles');
  expect((await limitOnServer()).lowered).toBe(80);
  await house.startWorker();
  await until(async () => (await limitOnServer()).lowered === undefined);

  await house.client.workflowService.updateTaskQueueConfig({
    namespace: 'default',
    identity: 'operator',
    taskQueue: house.env.SMC_TASK_QUEUE,
    taskQueueType,
    updateQueueRateLimit: { rateLimit: { requestsPerSecond: 70 }, reason: 'by hand' },
  });
  await sleep(12_000);
  expect((await limitOnServer()).lowered).toBe(70);
});
