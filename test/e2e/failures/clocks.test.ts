import { join } from 'node:path';
import { aHouse, type House, untilProgress } from '../house/a-house';
import { runCli } from '../house/run-cli';

let house: House;
afterEach(() => house?.close());

test('a machine whose clock is ahead of Temporal’s, or behind it, sees the workers, and its orders are taken', async () => {
  house = await aHouse({ servers: 2, runningQuota: 1, speed: 1, jobSeconds: 3_600 });
  const plan = house.plan(2);
  await house.startWorker();
  await house.batch(plan).start(plan);
  await untilProgress(house.batch(plan), ({ counts }) => counts.migrating === 1);
  for (const skewMs of [200_000, -86_400_000]) {
    const env = {
      ...house.env,
      SKEW_MS: String(skewMs),
      NODE_OPTIONS: `--require ${join(__dirname, '../house/skewed-clock.cjs')}`,
    };
    for (const args of [
      ['status', plan.name],
      ['explain', plan.name, plan.servers[0]!.name],
      [skewMs > 0 ? 'pause' : 'resume', plan.name, '--yes'],
    ])
      expect({ skewMs, args, ...(await runCli(args, { env })) }).toMatchObject({ code: 0, stderr: '' });
  }
});
