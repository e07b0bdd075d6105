import { type Costs, type Prices, pricedCosts } from '../costs';
import type { Plan } from '../plan';
import type { AccountLook } from './account-look';
import { type Forecast, shareLeft } from './forecast';
import { jobBytes } from './job-size';
import type { ServerPreview } from './server-preview';

/**
 * What `apply` would use of what is billed, by the clock that the report goes by: an intermediate instance for as long as a
 * server's job runs, one image of each server, and the bytes that are carried.
 */
export function previewCosts(
  plan: Plan,
  previews: readonly ServerPreview[],
  look: AccountLook,
  { serverSeconds }: Pick<Forecast, 'serverSeconds'>,
  prices?: Prices,
): Costs {
  const planned = new Map(plan.servers.map((server) => [server.name, server]));
  const hoursOf = new Map(plan.waves.map(({ name }) => [name, 0]));
  let [snapshotGiB, publicTrafficGiB, vpcTrafficGiB] = [0, 0, 0];
  for (const preview of previews) {
    const source = look.sourcesById.get(preview.sourceId ?? '');
    const server = planned.get(preview.server);
    const isToDo = preview.verdict === 'create' || preview.verdict === 'adopt';
    if (!isToDo || !source || !server) continue;
    const hours = (serverSeconds[preview.server] ?? 0) / 3_600;
    hoursOf.set(preview.wave, (hoursOf.get(preview.wave) ?? 0) + hours);
    const giB = jobBytes(server, source) / 2 ** 30;
    if (!isContainer(server.job.targetType)) snapshotGiB += giB;
    if (server.job.netMode === 2) vpcTrafficGiB += giB * shareLeft(preview, look);
    else publicTrafficGiB += giB * shareLeft(preview, look);
  }
  const waves = [...hoursOf].map(([name, instanceHours]) => ({ name, instanceHours }));
  return pricedCosts({ waves, snapshotGiB, publicTrafficGiB, vpcTrafficGiB }, prices);
}

/** Its image goes to a repository, and leaves no snapshot. */
const isContainer = (targetType: string | undefined) => targetType?.toLowerCase() === 'containerimage';
