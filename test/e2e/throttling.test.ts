import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { aHouse, type House, untilProgress } from './a-house';

let house: House | undefined;
afterEach(() => house?.close());

/** What Temporal holds the activities of this house to, whatever its workers ask for. */
async function limitOf({ client, env }: House): Promise<number | undefined> {
  const { config } = await client.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: env.SMC_TASK_QUEUE },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportConfig: true,
  });
  return config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? undefined;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(200);
}

test('no flood against a throttling account: all workers slow down together, and are as fast as before after it', async () => {
  house = await aHouse({
    servers: 12,
    runningQuota: 6,
    speed: 2_000,
    env: { SMC_CALLS_PER_SECOND: '5' },
  });
  const here = house;
  await house.startWorker();
  await house.startWorker();
  expect(await limitOf(house)).toBeUndefined();
  house.breakThings({ calls: [{ operation: 'CreateReplicationJob', throttle: { perSecond: 0.5 } }] });
  const plan = house.plan(12);
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(async () => ((await limitOf(here)) ?? 5) < 5);
  await untilProgress(batch, ({ counts }) => counts.migrated > 0);
  house.breakThings({});
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(12);
  const { creates, jobs } = house.simulator.account.audit();
  expect(Object.values(creates.perSource)).toEqual(Array(12).fill(1));
  expect(jobs.leftovers).toEqual([]);
  await until(async () => (await limitOf(here)) === undefined);
}, 300_000);
