import { forecast } from '../../workflows/batch/forecast';
import { newBatchState } from '../../workflows/batch/state';
import type { Plan, PlannedServer } from '../plan';
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
}

/**
 * How a batch would go, by the decisions of the batch itself: waves in order, longest first within a wave, a slot given anew
 * as soon as it is free. `slots` is at least 1. Approvals, windows and failures are left out.
 */
export function scheduleServers(
  waves: readonly { name: string; overlap: boolean }[],
  servers: readonly ServerLength[],
  slots: number,
): Schedule {
  const lengths = new Map(servers.map((server) => [server.name, server]));
  const ahead = forecast(stateOf(waves, servers, lengths, slots), 0, (name) => lengths.get(name)!.seconds);
  const spans = waves.map(({ name }) => ({ name, servers: 0, startMs: Number.POSITIVE_INFINITY, endMs: 0 }));
  const spanOf = new Map(spans.map((span) => [span.name, span]));
  for (const { wave } of servers) spanOf.get(wave)!.servers++;
  for (const [name, { startAt, endAt }] of ahead.servers) {
    const span = spanOf.get(lengths.get(name)!.wave)!;
    span.startMs = Math.min(span.startMs, startAt);
    span.endMs = Math.max(span.endMs, endAt);
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
  };
}

/** A batch that has looked its servers up and has all the slots it may have. */
function stateOf(
  waves: readonly { name: string; overlap: boolean }[],
  servers: readonly ServerLength[],
  lengths: ReadonlyMap<string, ServerLength>,
  slots: number,
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
      lockoutDates: [],
      priority: 0,
    },
    waves: waves.map(({ name, overlap }) => ({ name, overlap })),
    servers: servers.map(
      ({ name, wave, dependsOn, exclusive, notBeforeSeconds, staysAfterwards }): PlannedServer => ({
        name,
        wave,
        exclusive,
        dependsOn: dependsOn?.filter((other) => lengths.has(other)),
        job: {
          regionId: '',
          ...(notBeforeSeconds && { scheduledStartTime: new Date(notBeforeSeconds * 1000).toISOString() }),
          ...(staysAfterwards && { runOnce: false }),
        },
      }),
    ),
  };
  const state = newBatchState(plan, { firstRunId: '', taskQueue: '', now: 0 });
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
