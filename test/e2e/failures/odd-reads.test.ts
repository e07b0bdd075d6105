import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { explainQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();

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
