import type { Slots } from '../../../workflows/contract/slots';
import { randomOrder } from '../operator/random-order';
import { failure } from '../server/job-end';
import type { Mood } from './mood';
import { timeText } from './trace';
import type { World } from './world';

const minute = 60_000;

/** What happens to the batches now and then, until it is calm; `isDone` ends it before its time. */
export function makeTrouble(
  world: World,
  until: number,
  { isDone, calm }: { isDone: () => boolean; calm: () => void },
): void {
  const { clock, random, mood } = world;
  const next = clock.now + Math.ceil((mood.troubleMs / mood.events) * random.unit() * 2);
  if (next >= until || isDone()) {
    if (isDone()) calm();
    return;
  }
  clock.at(next, 'trouble', () => {
    happen(world, random.weighted(mood.troubles));
    makeTrouble(world, until, { isDone, calm });
  });
}

function happen(world: World, what: keyof Mood['troubles']): void {
  const { random, account, clock, mood, batches, workflows, quota, count } = world;
  const open = [...batches.values()].filter(({ isOpen }) => isOpen);
  const host = open.length > 0 ? random.pick(open) : undefined;
  switch (what) {
    case 'order':
      if (host) randomOrder(world, host, mood.plans, { mayLower: mood.statesOddQuota });
      return;
    case 'terminateBatch':
      if (!host) return;
      count('batch terminated');
      world.trace?.(`${timeText(clock.now)} ${host.name} terminated`);
      host.terminate();
      clock.after(
        random.chance(0.5) ? random.whole(500, 10_000) : random.whole(2_000, 20 * minute),
        'apply again',
        () => world.apply(host.name, host.batch.state.plan),
      );
      return;
    case 'applyAgain': {
      const ended = [...batches.values()].filter(({ hasEnded }) => hasEnded);
      if (ended.length === 0) return;
      count('batch applied again after its end');
      const { name, batch } = random.pick(ended);
      world.apply(name, batch.state.plan);
      return;
    }
    case 'terminateServer': {
      const running = [...workflows.open];
      if (running.length === 0) return;
      count('server terminated');
      random.pick(running).terminate();
      return;
    }
    case 'loseQuota':
      if (quota.state) quota.lose();
      return;
    case 'others':
      account.others = someOthers(world);
      count('others change');
      return;
    case 'cleanUp': {
      const left = [...account.jobs.values()].filter(
        (job) => job.status !== 'Running' && !workflows.ofJob(job),
      );
      if (left.length === 0) return;
      count('job cleaned up by somebody');
      account.cleanUp(random.pick(left));
      return;
    }
    case 'account':
      refuseCalls(world);
  }
}

/** The account refuses whoever calls, for a while. */
function refuseCalls(world: World): void {
  const { account, clock, random, count } = world;
  if (account.isInTrouble) return;
  account.isInTrouble = true;
  count('account trouble');
  const until = clock.now + random.whole(1, 20) * minute;
  const say = () => {
    if (clock.now >= until || world.isCalm) account.isInTrouble = false;
    for (const host of world.batches.values()) if (host.isOpen) host.accountReported(accountReported(world));
    if (account.isInTrouble) clock.after(minute, 'account refuses', say);
  };
  say();
}

/** What a worker tells of the account. */
export const accountReported = ({ account }: World) => ({
  worker: 'w1',
  error: account.isInTrouble ? failure('Forbidden.RAM') : undefined,
});

/** Jobs of other tools. */
export function someOthers({ random, mood }: Pick<World, 'random' | 'mood'>): Slots {
  const { jobs, running } = mood.quota;
  const runs = random.whole(0, Math.floor(running / 2));
  return { existing: random.whole(runs, Math.max(runs, Math.floor(jobs / 2))), running: runs };
}
