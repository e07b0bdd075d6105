import type { Plan, PlannedServer, Policy, Wave } from '../../../src/plan';
import type { Account } from '../account/account';
import { carried } from '../clock/carried';
import type { Random } from '../clock/random';

/** What of plans a story tries. */
export interface PlanKinds {
  mostServers: number;
  incremental: number;
  windows: number;
  /** Servers with a source of somebody else's, or with none. */
  oddSources: number;
}

const minute = 60_000;

/** A plan of one to so many servers, with whatever a plan may have. */
export function randomPlan(
  random: Random,
  account: Account,
  name: string,
  kinds: PlanKinds,
  now: number,
): Plan {
  const waves = randomWaves(random, kinds, now);
  const has = { dependencies: random.chance(0.3), groups: random.chance(0.3) };
  const count = random.whole(1, random.chance(0.15) ? kinds.mostServers : Math.ceil(kinds.mostServers / 3));
  const servers: PlannedServer[] = [];
  for (let i = 0; i < count; i++)
    servers.push(randomServer(random, account, `${name}-${i}`, { waves, servers, has, kinds, now }));
  const { jobs, running } = account.quota;
  const policy: Policy = {
    maxConcurrent: random.whole(1, 10),
    attempts: random.pick([1, 1, 2, 3]),
    restartDelaySeconds: random.whole(5, 90),
    jobTimeoutSeconds: 7 * 86_400,
    stallTimeoutSeconds: random.whole(20, 40) * 60,
    onFailure: random.chance(0.4) ? 'keepJob' : 'deleteJob',
    stopAfterSameError: random.chance(0.25) ? random.whole(1, 3) : undefined,
    lockoutDates: random.chance(kinds.windows / 3) ? [new Date(now).toISOString().slice(0, 10)] : [],
    priority: random.chance(0.3) ? random.whole(0, 2) : 0,
  };
  return { name, account: { id: 'a', quota: { jobs, running } }, policy, waves, servers };
}

function randomWaves(random: Random, kinds: PlanKinds, now: number): Wave[] {
  return Array.from({ length: random.chance(0.5) ? 1 : random.whole(2, 3) }, (_, i): Wave => {
    const threshold = random.whole(0, 2);
    return {
      name: `wave-${i}`,
      after: random.chance(0.25) ? 'approval' : undefined,
      failureThreshold: random.chance(0.25)
        ? threshold > 0
          ? { count: threshold }
          : { share: random.pick([0.2, 0.5]) }
        : undefined,
      window: random.chance(kinds.windows) ? randomWindow(random, now) : undefined,
      overlap: random.chance(0.3),
    };
  });
}

/** One that opens or closes within the next hours. */
function randomWindow(random: Random, now: number): Wave['window'] {
  const clock = (at: number) => new Date(at).toISOString().slice(11, 16);
  const from = now + random.whole(-60, 60) * minute;
  // What is not done within a short one waits for the next day.
  const minutes = random.chance(0.4) ? random.whole(20, 120) : random.whole(300, 900);
  return { from: clock(from), to: clock(from + minutes * minute), timezone: 'UTC' };
}

function randomServer(
  random: Random,
  account: Account,
  name: string,
  {
    waves,
    servers,
    has,
    kinds,
    now,
  }: {
    waves: readonly Wave[];
    servers: readonly PlannedServer[];
    has: { dependencies: boolean; groups: boolean };
    kinds: PlanKinds;
    now: number;
  },
): PlannedServer {
  const sourceId = randomSource(random, account, name, kinds);
  const nth = random.whole(0, waves.length - 1);
  const isIncremental = random.chance(kinds.incremental);
  const before = servers.filter(({ wave }) => waves.findIndex((one) => one.name === wave) <= nth);
  return {
    name,
    ...(random.chance(0.12) ? { sourceName: `named-${sourceId}` } : { sourceId }),
    wave: waves[nth]!.name,
    job: {
      regionId: 'cn-hangzhou',
      ...(isIncremental && { runOnce: false, frequency: 1 }),
      ...(random.chance(0.04) && {
        scheduledStartTime: new Date(now + random.whole(5, 120) * minute).toISOString(),
      }),
    },
    dependsOn:
      has.dependencies && before.length > 0 && random.chance(0.4)
        ? random.some(before, 2).map((one) => one.name)
        : undefined,
    exclusive: has.groups && random.chance(0.5) ? random.pick(['esx1', 'esx2']) : undefined,
    cutoverAt:
      isIncremental && random.chance(0.5)
        ? new Date(now + random.whole(20, 150) * minute).toISOString()
        : undefined,
  };
}

/** A source of its own, as a rule. */
function randomSource(random: Random, account: Account, name: string, kinds: PlanKinds): string {
  const { sources } = account;
  if (random.chance(kinds.oddSources)) {
    if (sources.size > 0 && random.chance(0.6)) return random.pick([...sources.keys()]);
    if (random.chance(0.5)) return `s-none-${name}`;
  }
  const sourceId = `s-${sources.size + 1}`;
  sources.set(sourceId, {
    sourceId,
    diskGiB: random.whole(10, 100),
    images: 0,
    isOccupied: random.chance(kinds.oddSources / 4) || undefined,
  });
  return sourceId;
}

/** What an operator may make of a plan: servers come, go and change, and so do waves and policies. */
export function changedPlan(
  random: Random,
  account: Account,
  plan: Plan,
  kinds: PlanKinds,
  { now, count }: { now: number; count: number },
): Plan {
  const next = carried(plan);
  for (let changes = random.whole(1, 3); changes > 0; changes--) {
    const server = random.pick(next.servers);
    const has = { dependencies: false, groups: random.chance(0.3) };
    const what = random.weighted({ add: 3, remove: 3, move: 2, group: 1, wave: 1, policy: 2, quota: 0.5 });
    if (what === 'add')
      next.servers.push(
        randomServer(random, account, `${plan.name}-n${count}-${changes}`, { ...next, has, kinds, now }),
      );
    else if (what === 'remove' && next.servers.length > 1) {
      next.servers = next.servers.filter((one) => one !== server);
      for (const one of next.servers) {
        one.dependsOn = one.dependsOn?.filter((name) => name !== server.name);
        if (one.dependsOn?.length === 0) one.dependsOn = undefined;
      }
    } else if (what === 'move') {
      const sourceId = randomSource(random, account, server.name, kinds);
      delete server.sourceName;
      server.sourceId = sourceId;
    } else if (what === 'group') server.exclusive = random.chance(0.5) ? 'esx1' : undefined;
    else if (what === 'wave') {
      const wave = random.pick(next.waves);
      wave.after = random.chance(0.5) ? 'approval' : undefined;
      wave.window = undefined;
    } else if (what === 'policy') {
      next.policy.maxConcurrent = random.whole(1, 10);
      next.policy.stopAfterSameError = undefined;
      next.policy.attempts = random.whole(1, 3);
    } else if (what === 'quota')
      next.account.quota = { jobs: account.quota.jobs, running: account.quota.running };
  }
  return next;
}
