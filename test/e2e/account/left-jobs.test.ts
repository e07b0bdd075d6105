import { freePort } from '../../../src/temporal';
import { aHouse, type House, until } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

test('a job that an ended batch has left is in the metrics, billed, until it is cleaned up', async () => {
  house = await aHouse({ servers: 2, jobSeconds: 100 });
  const { account } = house.simulator;
  const [first] = account.sources.keys();
  house.breakThings({ jobs: [{ source: first!, fail: { errorCode: 'InternalError' } }] });
  const page = `http://127.0.0.1:${await freePort()}/metrics`;
  await house.startWorkerProcess({ SMC_METRICS_ADDRESS: new URL(page).host });
  const plan = house.plan(2, { policy: { attempts: 1, onFailure: 'keepJob' } });
  const left = async () => {
    const text = await (await fetch(page)).text();
    return [...text.matchAll(/^smc_batch_leftover_(\w+)\{batch="(.*)"\} (\S+)$/gm)]
      .filter(([, , batch]) => batch === plan.name)
      .map(([, what, , value]) => [what, Number(value)] as const);
  };
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  await until(async () => {
    const found = Object.fromEntries(await left());
    return found.jobs === 1 && found.instance_seconds! > 0;
  });

  // Read from the account, and not at each look at the page.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const calls = () => account.audit().calls.total;
  await left();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = calls();
  for (let i = 0; i < 50; i++) await left();
  expect(calls() - before).toBeLessThan(15);
  expect(Object.fromEntries(await left()).jobs).toBe(1);

  expect((await house.run('cleanup', plan.name, '--yes')).code).toBe(0);
  await until(async () => (await left()).length === 0);
});
