import { join } from 'node:path';
import { aHouse, type House, untilProgress } from './a-house';
import { runCli } from './run-cli';

let house: House;
afterEach(() => house?.close());

test.each([
  ['ahead of', 200_000],
  ['behind', -86_400_000],
])('a machine whose clock is %s Temporal’s sees the workers, and its orders are taken', async (_, skewMs) => {
  house = await aHouse({ servers: 2, runningQuota: 1, speed: 1, jobSeconds: 3_600 });
  const plan = house.plan(2);
  await house.startWorker();
  await house.batch(plan).start(plan);
  await untilProgress(house.batch(plan), ({ counts }) => counts.migrating === 1);
  const env = {
    ...house.env,
    SKEW_MS: String(skewMs),
    NODE_OPTIONS: `--require ${join(__dirname, 'skewed-clock.cjs')}`,
  };
  const skewed = (...args: string[]) => runCli(args, { env });
  for (const args of [
    ['status', plan.name],
    ['explain', plan.name, plan.servers[0]!.name],
    ['pause', plan.name, '--yes'],
  ])
    expect({ args, ...(await skewed(...args)) }).toMatchObject({ args, code: 0, stderr: '' });
});
