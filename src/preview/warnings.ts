import type { Plan, TimeWindow, Wave } from '../plan';
import { formatDuration } from '../report';
import { smcBatchCommand } from '../text';
import { type AccountJobs, takenFrom } from './account-jobs';
import { clockWarnings } from './clock-warnings';
import type { Forecast } from './forecast';
import type { ServerPreview } from './server-preview';
import type { Warning } from './warning';

/** What stands out in a batch as a whole. */
export function warnings(
  plan: Plan,
  previews: readonly ServerPreview[],
  forecast: Forecast,
  jobs: AccountJobs,
  now: number,
): Warning[] {
  return [
    ...quotaWarnings(plan, previews, jobs),
    ...vpcWarnings(plan, previews, forecast.slots),
    ...plan.waves.flatMap((wave) => windowWarnings(wave, previews, forecast)),
    ...clockWarnings(plan, forecast, now),
    ...timeoutWarnings(plan, forecast),
    ...diskWarnings(previews),
    ...idleJobWarnings(jobs),
    ...strayJobWarnings(plan, jobs),
  ];
}

function quotaWarnings(plan: Plan, previews: readonly ServerPreview[], jobs: AccountJobs): Warning[] {
  const { quota } = plan.account;
  const { maxConcurrent } = plan.policy;
  const toDo = previews.filter(({ verdict }) => verdict === 'create' || verdict === 'adopt');
  const wanted = Math.min(toDo.length, maxConcurrent);
  const found: Warning[] = [];
  const taken = takenFrom(jobs);
  const whose =
    jobs.strays.existing > 0 ? 'not of this batch, or of no server of its plan,' : 'not of this batch';
  for (const [kind, total, others] of [
    ['exist', quota.jobs, taken.existing],
    ['run', quota.running, taken.running],
  ] as const) {
    const free = Math.max(0, total - others);
    if (free >= wanted || others === 0) continue;
    found.push({
      code: 'quota',
      message:
        `${others} jobs that are ${whose} ${kind} in the account, so ${free} of the quota of ${total} ` +
        `${free === 1 ? 'is' : 'are'} left for ${wanted} servers at once`,
      remedy:
        free === 0
          ? 'Nothing starts before some of them have ended: delete those that are no longer needed, or raise the quota.'
          : 'The batch runs at that width and grows as they end; delete those that are no longer needed, or raise the quota.',
    });
  }
  const incremental = new Set(
    plan.servers.filter(({ job }) => job.runOnce === false).map(({ name }) => name),
  );
  const staying = toDo.filter(({ server }) => incremental.has(server)).length;
  const free = quota.jobs - taken.existing;
  if (staying > 0 && staying >= free && toDo.length > free) {
    found.push({
      code: 'quota',
      message: `${staying} incremental servers keep their jobs until they are cut over, and ${Math.max(0, free)} jobs may exist`,
      remedy:
        'The servers after them wait until some were cut over: plan the cutovers in groups, or raise the quota.',
    });
  }
  return found;
}

// Without a vSwitch SMC makes a VPC for each intermediate instance; a region has 10 VPCs by default, and the default VPC is one of them.
const vpcsOfRegion = 10;

function vpcWarnings(plan: Plan, previews: readonly ServerPreview[], slots: number): Warning[] {
  const created = new Set(previews.filter(({ verdict }) => verdict === 'create').map(({ server }) => server));
  const byRegion = new Map<string, number>();
  for (const { name, job } of plan.servers) {
    if (created.has(name) && !job.vSwitchId)
      byRegion.set(job.regionId, (byRegion.get(job.regionId) ?? 0) + 1);
  }
  return [...byRegion].flatMap(([region, count]): Warning[] => {
    const atOnce = Math.min(count, slots);
    if (atOnce < vpcsOfRegion) return [];
    return [
      {
        code: 'vpcs',
        message: `${atOnce} jobs at once in ${region} share no vSwitch: SMC makes a VPC for each job, and a region may have ${vpcsOfRegion} VPCs, existing ones included`,
        remedy: `Set vSwitchId, or policy.maxConcurrent below ${vpcsOfRegion}.`,
      },
    ];
  });
}

function windowWarnings(wave: Wave, previews: readonly ServerPreview[], forecast: Forecast): Warning[] {
  if (!wave.window) return [];
  const open = windowSeconds(wave.window);
  const longer = previews
    .filter((preview) => preview.wave === wave.name)
    .map(({ server }) => ({ server, seconds: forecast.serverSeconds[server] ?? 0 }))
    .filter(({ seconds }) => seconds > open)
    .sort((a, b) => b.seconds - a.seconds);
  if (longer.length === 0) return [];
  const { from, to } = wave.window;
  return [
    {
      code: 'window',
      message:
        `${some(longer.map(({ server }) => server))} of wave ${wave.name} can never fit its window ${from} to ${to} ` +
        `(${formatDuration(open * 1000)}): up to ${formatDuration(longer[0]!.seconds * 1000)}`,
      remedy:
        'They start inside it and run on after its end; widen the window, or give them a wave without one.',
    },
  ];
}

/** How long a window is open; from and to the same is the whole day. */
function windowSeconds({ from, to }: Pick<TimeWindow, 'from' | 'to'>): number {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const open = minutes(to) - minutes(from);
  return (open > 0 ? open : open + 24 * 60) * 60;
}

function timeoutWarnings({ policy }: Plan, forecast: Forecast): Warning[] {
  const late = Object.entries(forecast.serverSeconds).filter(
    ([, seconds]) => seconds > policy.jobTimeoutSeconds,
  );
  if (late.length === 0) return [];
  return [
    {
      code: 'timeout',
      message: `${some(late.map(([server]) => server))} may take longer than policy.jobTimeout (${formatDuration(policy.jobTimeoutSeconds * 1000)})`,
      remedy: 'Raise policy.jobTimeout: a job that runs longer is stopped, and its server fails.',
    },
  ];
}

function diskWarnings(previews: readonly ServerPreview[]): Warning[] {
  const small = previews.filter(
    ({ verdict, notes }) => verdict === 'create' && notes.some(({ code }) => code === 'disk-size'),
  );
  if (small.length === 0) return [];
  return [
    {
      code: 'disk-size',
      message: `${some(small.map(({ server }) => server))} would get a disk smaller than the partitions of the source`,
      remedy:
        'SMC refuses a disk that does not exceed what is used, which it does not show: check it on the source.',
    },
  ];
}

function idleJobWarnings({ idle }: AccountJobs): Warning[] {
  if (idle.length === 0) return [];
  return [
    {
      code: 'idle-jobs',
      message: `jobs that are Stopped or InError and not of this batch: ${some(idle)}; they hold quota, and their intermediate instances are billed`,
      remedy:
        'Delete those that are no longer needed: those of another batch with smc-batch cleanup BATCH, all else in the SMC console.',
    },
  ];
}

function strayJobWarnings({ name }: Plan, { strays }: AccountJobs): Warning[] {
  if (strays.existing === 0) return [];
  return [
    {
      code: 'stray-jobs',
      message: `jobs of this batch that belong to no server of its plan: ${some(strays.jobIds)}; they count against the quota`,
      remedy: `Their servers have left the plan, or got another source: delete them with: ${smcBatchCommand('cleanup', [name])}`,
    },
  ];
}

/** `web-01, web-02, web-03 and 7 more` */
function some(names: string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
