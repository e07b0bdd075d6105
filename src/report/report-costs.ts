import { hasHadInstance } from '../../workflows/contract/figures/billed-instance';
import { type Costs, type Prices, pricedCosts } from '../costs';
import type { ServerInSight } from './job-seen';
import { instanceHours } from './kept-jobs';

/**
 * What the servers have used so far: an intermediate instance from a server's start to its end, and on where its job
 * stayed; the images that were made and the bytes that were sent for them. Earlier rounds of a server are not known.
 */
export function reportCosts(
  servers: readonly ServerInSight[],
  waves: readonly { name: string }[],
  now: number,
  prices?: Prices,
): Costs {
  const hoursOf = new Map(waves.map(({ name }) => [name, 0]));
  let leftoverInstanceHours = 0;
  let [snapshotGiB, publicTrafficGiB, vpcTrafficGiB] = [0, 0, 0];
  for (const server of servers) {
    const { wave, phase, startedAt, endedAt, diskGiB = 0, overVpc } = server;
    if (startedAt !== undefined && hasHadInstance(server)) {
      const hours = Math.max(0, (endedAt ?? now) - startedAt) / 3_600_000;
      hoursOf.set(wave, (hoursOf.get(wave) ?? 0) + hours);
      leftoverInstanceHours += Math.max(0, (instanceHours(server, now) ?? 0) - hours);
    }
    if (phase !== 'migrated') continue;
    snapshotGiB += diskGiB;
    if (overVpc) vpcTrafficGiB += diskGiB;
    else publicTrafficGiB += diskGiB;
  }
  return pricedCosts(
    {
      waves: [...hoursOf].map(([name, hours]) => ({ name, instanceHours: hours })),
      leftoverInstanceHours,
      snapshotGiB,
      publicTrafficGiB,
      vpcTrafficGiB,
    },
    prices,
  );
}
