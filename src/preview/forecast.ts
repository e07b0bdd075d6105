import { type Plan, type PlannedServer, startTimeOf } from '../plan';
import { byName } from '../text';
import type { AccountLook } from './account-look';
import { jobSeconds } from './job-size';
import { type Limit, type Outlook, outlook } from './outlook';
import { type ServerLength, scheduleServers, type WaveSpan } from './schedule';
import type { ServerPreview } from './server-preview';

/** How long the batch would take and what it would ask of the account, as an estimate. */
export interface Forecast {
  /** Servers that migrate at once. */
  slots: number;
  /** Approvals, windows and failures are left out of these times. */
  waves: WaveSpan[];
  totalSeconds: number;
  peakJobs: { existing: number; running: number };
  /** Without what the account's quota is counted with now and then. */
  apiCalls: { survey: number; servers: number; polling: number; total: number };
  /** Seconds of each server's job, from now to its end (an incremental one's first sync), by the server's name. */
  serverSeconds: Record<string, number>;
  /** If it were started now. Windows, lockout dates and scheduled times count. */
  outlook: Outlook;
  /** The account is a simulated one whose time runs so fast (0: it stands still): all times here are those of this machine. */
  simulatedSpeed?: number;
}

export interface ForecastOptions {
  /** What may keep the batch from running more at once; one slot at least is reckoned with. */
  limits: readonly Limit[];
  /** Seconds between two looks at the running jobs. */
  pollIntervalSeconds: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The forecast of what `apply` would still have to do. */
export function forecast(
  plan: Plan,
  previews: readonly ServerPreview[],
  look: AccountLook,
  options: ForecastOptions,
): Forecast {
  const planned = new Map(plan.servers.map((server) => [server.name, server]));
  const lengths = previews.flatMap((preview): ServerLength[] => {
    if (preview.verdict !== 'create' && preview.verdict !== 'adopt') return [];
    const { dependsOn, exclusive, job } = planned.get(preview.server)!;
    const source = look.sourcesById.get(preview.sourceId ?? '');
    const whole = source ? jobSeconds(planned.get(preview.server)!, source) / (look.simulatedSpeed || 1) : 0;
    return [
      {
        name: preview.server,
        wave: preview.wave,
        seconds: whole * shareLeft(preview, look),
        dependsOn,
        exclusive,
        staysAfterwards: job.runOnce === false,
        notBeforeSeconds: secondsUntilStart(preview, job, options.now),
      },
    ];
  });
  const slots = Math.max(1, Math.min(...options.limits.map(({ free }) => free)));
  const { waves, totalSeconds, peakRunning, peakExisting } = scheduleServers(plan.waves, lengths, slots);
  const created = previews.filter(({ verdict }) => verdict === 'create').length;
  const adopted = previews.filter(({ verdict }) => verdict === 'adopt').length;
  // The sources and their tags by fifty, and twice the list of jobs with tags of ours.
  const survey = 2 * Math.ceil(previews.length / 50) + 2;
  // Created, started, tagged and deleted, after its tags and its jobs were read, which those that start together share.
  const servers = 6 * created + 5 * adopted;
  const polling = Math.ceil(totalSeconds / options.pollIntervalSeconds) * Math.ceil(peakRunning / 50);
  return {
    slots,
    waves,
    totalSeconds: Math.round(totalSeconds),
    peakJobs: { existing: peakExisting, running: peakRunning },
    apiCalls: { survey, servers, polling, total: survey + servers + polling },
    serverSeconds: byName(
      Object.fromEntries(lengths.map(({ name, seconds }) => [name, Math.round(seconds)])),
    ),
    outlook: outlookOf(plan, lengths, options),
    simulatedSpeed: look.simulatedSpeed,
  };
}

function outlookOf(plan: Plan, lengths: readonly ServerLength[], { now, limits }: ForecastOptions): Outlook {
  const waves = new Set(lengths.map(({ wave }) => wave));
  const windows = new Map(
    plan.waves.flatMap(({ name, window }) => (window && waves.has(name) ? [[name, window]] : [])),
  );
  const { lockoutDates } = plan.policy;
  return outlook({
    now,
    limits,
    servers: lengths,
    windows: [...windows.keys()],
    secondsToEnd: (slots, withWindows) =>
      scheduleServers(plan.waves, lengths, slots, {
        now,
        lockoutDates,
        windows: withWindows ? windows : new Map(),
      }).secondsToEnd,
  });
}

/** A job that runs already has started, whatever the plan says. */
function secondsUntilStart(preview: ServerPreview, job: PlannedServer['job'], now: number): number {
  const isReady = preview.verdict === 'create' || (preview.verdict === 'adopt' && preview.status === 'Ready');
  return isReady ? Math.max(0, (startTimeOf(job) ?? now) - now) / 1000 : 0;
}

/** How much of an adopted job is still to be done. */
export function shareLeft(preview: ServerPreview, look: AccountLook): number {
  if (preview.verdict !== 'adopt') return 1;
  if (preview.status === 'Waiting' || preview.status === 'Finished') return 0;
  const job = look.jobs.find(({ jobId }) => jobId === preview.jobId);
  return 1 - Math.min(100, Math.max(0, job?.progress ?? 0)) / 100;
}
