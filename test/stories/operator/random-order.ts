import { isEnded } from '../../../workflows/batch/servers/server-record';
import type { Account } from '../account/account';
import type { BatchHost } from '../batch/batch-host';
import { changePlan, giveOrder } from '../batch/orders';
import type { Surroundings } from '../plot/surroundings';
import { changedPlan, type PlanKinds } from './random-plan';

const by = 'operator';

/** One order of an operator, sensible or not; an order that is refused has changed nothing. */
export function randomOrder(
  { random, account, clock, count }: Surroundings,
  host: BatchHost,
  kinds: PlanKinds,
  { mayLower }: { mayLower: boolean },
): void {
  const { batch } = host;
  const { plan } = batch.state;
  const names = plan.servers.map(({ name }) => name);
  const waves = plan.waves.map(({ name }) => name);
  const some = (fits: (name: string) => boolean = () => true) => {
    const fitting = names.filter(fits);
    return random.some(fitting.length > 0 && random.chance(0.9) ? fitting : names, 3);
  };
  const what = random.weighted({
    pause: 2,
    resume: 4,
    cancel: 2,
    cancelAll: 0.3,
    retry: 4,
    skip: 1,
    approve: 3,
    setLimits: 2,
    cutOver: 3,
    changePlan: 2.5,
  });
  const phase = (name: string) => batch.index.phaseOf(name);
  const order = () => {
    switch (what) {
      case 'pause':
      case 'resume': {
        const whom = random.pick([{}, { servers: some() }, { waves: random.some(waves) }]);
        return giveOrder(host, what, { by, ...whom });
      }
      case 'cancel':
        return giveOrder(host, 'cancel', { by, servers: some((name) => !isEnded(phase(name))) });
      case 'cancelAll':
        return giveOrder(host, 'cancel', { by });
      case 'retry': {
        const ended = (name: string) => phase(name) === 'failed' || phase(name) === 'cancelled';
        return giveOrder(host, 'retry', random.chance(0.3) ? { by } : { by, servers: some(ended) });
      }
      case 'skip':
        return giveOrder(host, 'skip', { by, servers: some((name) => phase(name) === 'failed') });
      case 'approve':
        return giveOrder(host, 'approve', { by, wave: random.pick(waves) });
      case 'setLimits':
        return giveOrder(host, 'setLimits', { by, ...randomLimits({ random, account }, mayLower) });
      case 'cutOver':
        return giveOrder(
          host,
          'cutOver',
          random.chance(0.3) ? { by } : { by, servers: some((name) => phase(name) === 'synced') },
        );
      case 'changePlan': {
        count('plan change ordered');
        return changePlan(
          host,
          changedPlan(random, account, plan, kinds, { now: clock.now, count: Math.floor(clock.now / 1000) }),
        );
      }
    }
  };
  try {
    order();
    count(`order ${what}`);
  } catch (error) {
    if ((error as Error).constructor.name !== 'OrderRefused') throw error;
    count(`order ${what} refused`);
  }
}

function randomLimits(
  { random, account }: { random: Surroundings['random']; account: Account },
  mayLower: boolean,
) {
  const { jobs, running } = account.quota;
  const quota = mayLower
    ? { jobsQuota: random.whole(running, jobs + 2), runningQuota: random.whole(1, running) }
    : { jobsQuota: jobs, runningQuota: running };
  return {
    maxConcurrent: random.chance(0.5) ? random.whole(1, 10) : undefined,
    priority: random.chance(0.3) ? random.whole(0, 2) : undefined,
    ...(random.chance(0.4) && quota),
  };
}
