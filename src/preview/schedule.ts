import { forecast } from '../../workflows/batch/forecast';
import { newBatchState } from '../../workflows/batch/state';
import type { Plan, PlannedServer, TimeWindow } from '../plan';
import { byName } from '../text';

/** One server to schedule. */
export interface ServerLength {
  name: string;
  wave: string;
  seconds: number;
  /** Servers that must have ended before; those that are not scheduled count as ended. */
  dependsOn?: readonly string[];
  /** Servers that share a group never run at the same time. */
  exclusive?: string;
  /** It does not start before, in seconds from the start of the batch. */
  notBeforeSeconds?: number;
  /** Its job stays in the account after its first sync, until it is cut over. */
  staysAfterwards?: boolean;
}

/** When a wave runs, in seconds from the start of the batch. */
export interface WaveSpan {
  name: string;
  servers: number;
  startSeconds: number;
  endSeconds: number;
}

export interface Schedule {
  waves: WaveSpan[];
  totalSeconds: number;
  peakRunning: number;
  peakExisting: number;
  /** Seconds from now to the last end, windows included; absent where a server never gets its turn. */
  secondsToEnd?: number;
}

/** The hours in which servers may start; without it at any time. */
export interface Calendar {
  /** When the batch starts; milliseconds since the epoch. */
  now: number;
  lockoutDates: readonly string[];
  /** By the wave's name. */
  windows: ReadonlyMap<string, TimeWindow>;
}

/**
 * How a batch would go, by the decisions of the batch itself: waves in order, longest first within a wave, a slot given anew
 * as soon as it is free. `slots` is at least 1. Approvals and failures are left out, windows without a calendar.
 */
export function scheduleServers(
  waves: readonly { name: string; overlap: boolean }[],
  servers: readonly ServerLength[],
  slots: number,
  calendar: Calendar = anyTime,
): Schedule {
  const { now } = calendar;
  const lengths = new Map(servers.map((server) => [server.name, server]));
  const state = stateOf(waves, servers, lengths, slots, calendar);
  // The seconds of a server are those of its job with all its steps; minutes at most come after it.
  const ahead = forecast(state, now, { jobOf: (name) => lengths.get(name)!.seconds, cleanUp: 0 });
  const spans = waves.map(({ name }) => ({ name, servers: 0, startMs: Number.POSITIVE_INFINITY, endMs: 0 }));
  const spanOf = new Map(spans.map((span) => [span.name, span]));
  for (const { wave } of servers) spanOf.get(wave)!.servers++;
  for (const [name, { startAt, endAt }] of ahead.servers) {
    const span = spanOf.get(lengths.get(name)!.wave)!;
    span.startMs = Math.min(span.startMs, startAt - now);
    span.endMs = Math.max(span.endMs, endAt - now);
  }
  return {
    waves: spans.map(({ name, servers: count, startMs, endMs }) => ({
      name,
      servers: count,
      startSeconds: count > 0 && startMs < Number.POSITIVE_INFINITY ? startMs / 1000 : 0,
      endSeconds: endMs / 1000,
    })),
    totalSeconds: Math.max(0, ...spans.map(({ endMs }) => endMs)) / 1000,
    peakRunning: ahead.peak.running,
    peakExisting: ahead.peak.existing,
    secondsToEnd: ahead.endAt === undefined ? undefined : (ahead.endAt - now) / 1000,
  };
}

const anyTime: Calendar = { now: 0, lockoutDates: [], windows: new Map() };

/** A batch that has looked its servers up and has all the slots it may have. */
function stateOf(
  waves: readonly { name: string; overlap: boolean }[],
  servers: readonly ServerLength[],
  lengths: ReadonlyMap<string, ServerLength>,
  slots: number,
  { now, lockoutDates, windows }: Calendar,
) {
  const plan: Plan = {
    name: '',
    account: { id: '', quota: { jobs: servers.length + 1, running: slots } },
    policy: {
      maxConcurrent: slots,
      attempts: 1,
      restartDelaySeconds: 1,
      jobTimeoutSeconds: 1,
      stallTimeoutSeconds: 1,
      onFailure: 'deleteJob',
      lockoutDates: [...lockoutDates],
      priority: 0,
    },
    waves: waves.map(({ name, overlap }) => ({ name, overlap, window: windows.get(name) })),
    servers: servers.map(
      ({ name, wave, dependsOn, exclusive, notBeforeSeconds, staysAfterwards }): PlannedServer => ({
        name,
        wave,
        exclusive,
        dependsOn: dependsOn?.filter((other) => lengths.has(other)),
        job: {
          regionId: '',
          ...(notBeforeSeconds && {
            scheduledStartTime: new Date(now + notBeforeSeconds * 1000).toISOString(),
          }),
          ...(staysAfterwards && { runOnce: false }),
        },
      }),
    ),
  };
  const state = newBatchState(plan, { firstRunId: '', taskQueue: '', now });
  const lease = { existing: servers.length + 1, running: slots };
  return {
    ...state,
    // Longest first: the batch goes by the size of the disks, which stands for the length here.
    servers: byName(
      Object.fromEntries(
        servers.map(({ name, seconds }) => [name, { phase: 'waiting' as const, round: 0, diskGiB: seconds }]),
      ),
    ),
    holding: { ...state.holding, lease: { ...lease, seq: 1, contended: false }, held: lease },
  };
}
