import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { explainQuery } from '../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from './a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();

test('an outage with one empty answer at its end costs no server, and no job runs uncounted', async () => {
  house = await aHouse({ servers: 3, runningQuota: 2, jobSeconds: 10_000, speed: 1 });
  const plan = house.plan(3);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 2);
  house.breakThings({ calls: [{ operation: 'DescribeReplicationJobs', emptyStatus: 503 }] });
  await sleep(75_000);
  house.breakThings({ calls: [{ operation: 'DescribeReplicationJobs', body: 'empty', times: 1 }] });
  await sleep(3_000);
  expect((await batch.progress()).counts).toMatchObject({ migrating: 2, waiting: 1, failed: 0 });
  house.simulator.account.skip(10_000);
  await until(() => audit().jobs.peakExisting === 3 || audit().images.total === 2);
  await untilProgress(batch, ({ counts }) => counts.migrated === 2 && counts.migrating === 1);
  house.simulator.account.skip(10_000);
  await batch.result();
  expect((await batch.progress()).counts).toMatchObject({ migrated: 3, failed: 0 });
  expect(audit()).toMatchObject({
    creates: { tookEffect: 3 },
    jobs: { peakRunning: 2, leftovers: [] },
    quota: { refusedStarts: 0 },
  });
});

test('a job is not given up while its source cannot be seen either, and what is wrong is said', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 10_000, speed: 1 });
  const plan = house.plan(1);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 1);
  // As a worker with another account's credentials would see it.
  const operation = ['DescribeReplicationJobs', 'DescribeSourceServers', 'ListTagResources'];
  house.breakThings({ calls: [{ operation, body: 'empty' }] });
  await sleep(70_000);
  const { name } = plan.servers[0]!;
  const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
  expect((await handle.query(explainQuery, { server: name })).phase).toBe('migrating');
  await until(async () =>
    (await house.run('explain', plan.name, name)).stdout.includes("another account's credentials"),
  );
  house.breakThings({});
  house.simulator.account.skip(10_000);
  await batch.result();
  expect(audit()).toMatchObject({
    creates: { tookEffect: 1 },
    images: { total: 1 },
    jobs: { leftovers: [] },
  });
});
