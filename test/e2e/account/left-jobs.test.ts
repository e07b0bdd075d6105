import { simulatorCredentials } from '../../../src/simulator';
import { createSmcClient, createTransport, type SmcClient } from '../../../src/smc';
import { jobsLeft } from '../../../src/temporal/worker/left-jobs';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
let smc: SmcClient;
beforeEach(async () => {
  house = await aHouse({ servers: 3, jobSeconds: 100 });
  const { endpoint } = house.simulator;
  smc = createSmcClient(createTransport({ endpoint, credentials: async () => simulatorCredentials }));
});
afterEach(async () => {
  await smc.close();
  await house.close();
});

test('a job that a batch has left is known, with its bill, once the batch has ended, and until it is cleaned up', async () => {
  const [broken, slow] = house.simulator.account.sources.keys();
  house.breakThings({
    jobs: [
      { source: broken!, fail: { errorCode: 'InternalError' } },
      { source: slow!, slower: 1_000_000 },
    ],
  });
  const plan = house.plan(3, { policy: { attempts: 1, onFailure: 'keepJob' } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.failed === 1 && counts.migrated === 1);
  // It tells its leftovers itself while it runs.
  expect(await jobsLeft(smc, house.client, [])).toEqual([]);

  await house.client.workflow.getHandle(`smc-batch:${plan.name}`).terminate();
  const before = house.simulator.account.audit().calls.total;
  // The job of the other server is at work: its workflow goes on without the batch.
  const left = await jobsLeft(smc, house.client, []);
  expect(left).toEqual([{ batch: plan.name, billedSince: expect.any(Number) }]);
  expect(house.simulator.account.audit().calls.total - before).toBeLessThanOrEqual(8);
  expect(await jobsLeft(smc, house.client, [plan.name])).toEqual([]);

  house.simulator.account.skip(200_000_000);
  expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(0);
  await until(async () => (await jobsLeft(smc, house.client, [])).length === 0);
});
