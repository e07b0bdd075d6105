import { setTimeout as sleep } from 'node:timers/promises';
import { migrateAll } from '../../bench/naive-script';
import { scheduleOf } from '../../bench/schedule';
import { benchSources, jobLength, jobSeconds } from '../../bench/sources';
import { simulatorCredentials, startSimulator } from '../../src/simulator';
import { createSmcClient, createTransport } from '../../src/smc';

test('the same seed gives the same servers', () => {
  expect(benchSources(20, 'a', 'random')).toEqual(benchSources(20, 'a', 'random'));
  expect(benchSources(20, 'a', 0.5)).not.toEqual(benchSources(20, 'b', 0.5));
});

test('with a known share the order by disk size is the order by length, as far as whole GiB can tell', () => {
  const bySize = benchSources(200, 'a', 0.5).toSorted((a, b) => a.systemDiskGiB - b.systemDiskGiB);
  for (const [i, { usedGiB }] of bySize.entries())
    expect(usedGiB).toBeGreaterThanOrEqual((bySize[i - 1]?.usedGiB ?? 0) - 0.5);
});

test('the script migrates every source, and its jobs run as long as the bench expects', async () => {
  const sources = benchSources(8, 'a', 0.5);
  const speed = 20_000;
  const simulator = await startSimulator({
    ...jobLength,
    servers: sources,
    speed,
    jobsQuota: 6,
    runningQuota: 3,
  });
  const smc = createSmcClient(
    createTransport({ endpoint: simulator.endpoint, credentials: async () => simulatorCredentials }),
  );
  try {
    await migrateAll(smc, 3, 0.01);
    await sleep(20);
    simulator.account.now();
    const audit = simulator.account.audit();
    expect(audit.images.total).toBe(8);
    expect(audit.jobs.leftovers).toEqual([]);
    const expected = sources.reduce((sum, source) => sum + jobSeconds(source), 0);
    const { busy } = scheduleOf(audit.timeline, 3);
    expect((busy * speed) / 1000 / expected).toBeCloseTo(1, 2);
  } finally {
    await smc.close();
    await simulator.close();
  }
});
