import type { BatchHost } from '../batch/batch-host';
import { giveOrder } from '../batch/orders';
import type { World } from '../plot/world';
import { tries } from './tries';

const by = 'tender';
const everyMs = 240_000;

/** An operator who sees to it, once it is calm, that nothing waits for a person, and cleans up what was left. */
export function tend(world: World, calmSince: number): void {
  const { clock, batches, account, workflows, mood } = world;
  const mayCutOver = clock.now >= calmSince + mood.cutOverAfterMs;
  for (const host of batches.values()) {
    if (!host.isOpen || host.batch.index.haveAllEnded) continue;
    for (const order of ordersFor(host, world, mayCutOver)) tries(order);
  }
  // What was left takes slots that others may need.
  for (const job of account.jobs.values()) {
    if (workflows.running(job.batch, job.server) !== undefined) continue;
    account.stop(job);
    account.cleanUp(job);
  }
  clock.after(everyMs, 'tend', () => tend(world, calmSince));
}

function ordersFor(host: BatchHost, { mood }: World, mayCutOver: boolean): (() => void)[] {
  const { state, index } = host.batch;
  const { approvedWaves, paused } = state.gates;
  const orders = state.plan.waves
    .filter(({ name, after }) => after === 'approval' && !approvedWaves.includes(name))
    .map(
      ({ name: wave }) =>
        () =>
          giveOrder(host, 'approve', { by, wave }),
    );
  if (index.counts.synced > 0 && mayCutOver) orders.push(() => giveOrder(host, 'cutOver', { by }));
  const isHeld = paused.batch || [...paused.waves, ...paused.servers].length > 0;
  if (isHeld || host.isStopped) orders.push(() => giveOrder(host, 'resume', { by }));
  const { jobs, running } = mood.quota;
  const { quota } = state.plan.account;
  if (quota.jobs !== jobs || quota.running !== running)
    orders.push(() => giveOrder(host, 'setLimits', { by, jobsQuota: jobs, runningQuota: running }));
  return orders;
}
