import type { Plan, Wave } from '../../../src/plan';
import { startTimeOf } from '../../../src/plan/plan';
import { counted, smcBatchCommand, verbOf } from '../../../src/text';
import type { WaitingKind, WaitingReason } from '../../contract/views';
import type { ServerIndex, WaveSums } from '../servers/server-index';
import { closingTime, isOpen, nextOpening } from './time-window';
import { zoneTime } from './window-nights';

/** The orders of operators about gates; carried over Continue-As-New. */
export interface GateState {
  paused: { batch: boolean; waves: string[]; servers: string[] };
  approvedWaves: string[];
  /** Waves whose failures the operator has accepted by resuming the batch; error codes likewise. */
  acceptedWaves: string[];
  acceptedCodes: string[];
}

export const openGates = (): GateState => ({
  paused: { batch: false, waves: [], servers: [] },
  approvedWaves: [],
  acceptedWaves: [],
  acceptedCodes: [],
});

/** A closed gate: why a wave or a server may not start now, and when it may open by itself (milliseconds since the epoch). */
export interface ClosedGate extends WaitingReason {
  kind: Extract<
    WaitingKind,
    'stopped' | 'paused' | 'order' | 'approval' | 'window' | 'startTime' | 'dependency' | 'group'
  >;
  until?: number;
  /** The gate opens only when this group is free, or this server has ended. */
  waitsFor?: { group: string } | { server: string };
}

/** The closed gate of a wave; undefined when it is open. The gates are checked in the order in which an operator can open them. */
export function waveGate(
  plan: Plan,
  index: ServerIndex,
  state: GateState,
  wave: number,
  now: number,
): ClosedGate | undefined {
  const planned = plan.waves[wave]!;
  return (
    stopReason(plan, index, state) ??
    (state.paused.batch ? batchPaused : undefined) ??
    orderGate(plan, index, wave) ??
    wavePause(planned, state) ??
    approvalGate(plan, planned, state) ??
    windowGate(plan, planned, now)
  );
}

/**
 * Gives the closed gate that holds back the restart of a server's job: a pause, a stop after failures, or a time window. A running
 * job is never stopped by a gate. A cut-over ignores stops and windows, because it has a time of its own.
 */
export function restartGates(
  plan: Plan,
  index: ServerIndex,
  state: GateState,
  now: number,
): (server: string) => ClosedGate | undefined {
  const stopped = stopReason(plan, index, state);
  // A time window is the most expensive check: it is made once for each wave.
  const windows = new Map<Wave, ClosedGate | undefined>();
  const windowOf = (wave: Wave) => {
    if (!windows.has(wave)) windows.set(wave, windowGate(plan, wave, now));
    return windows.get(wave);
  };
  return (name) => {
    const record = index.record(name);
    const isCutOver = record.phase === 'queued' && record.isCutOver;
    const wave = plan.waves[index.waveIndexOf(name)]!;
    return (
      (isCutOver ? undefined : stopped) ??
      (state.paused.batch ? batchPaused : undefined) ??
      wavePause(wave, state) ??
      serverPause(name, state) ??
      (isCutOver ? undefined : windowOf(wave))
    );
  };
}

/** The closed gate of a server itself, beside the gate of its wave; undefined when it is open. */
export function serverGate(
  index: ServerIndex,
  state: GateState,
  name: string,
  now: number,
): ClosedGate | undefined {
  const held = serverPause(name, state) ?? startTimeGate(index, name, now);
  if (held) return held;
  const { dependsOn = [], exclusive } = index.planOf(name);
  const missing = dependsOn.filter((other) => !hasBeenMigrated(index, other));
  if (missing.length > 0)
    return {
      kind: 'dependency',
      reason: `it depends on ${missing.map((other) => `${other} (${index.phaseOf(other)})`).join(', ')}`,
      waitsFor: { server: missing[0]! },
    };
  if (exclusive && (index.groupsHeld.get(exclusive) ?? 0) > 0)
    return {
      kind: 'group',
      reason: `another server of its exclusive group '${exclusive}' is under way`,
      waitsFor: { group: exclusive },
    };
  return undefined;
}

/** The gate of a server that an operator has paused. */
const serverPause = (name: string, { paused }: GateState): ClosedGate | undefined =>
  paused.servers.includes(name) ? { kind: 'paused', reason: 'it is paused' } : undefined;

/** The gate of a server whose start time in the plan has not come. */
function startTimeGate(index: ServerIndex, name: string, now: number): ClosedGate | undefined {
  const { job } = index.planOf(name);
  const until = startTimeOf(job);
  if (until === undefined || until <= now) return undefined;
  return { kind: 'startTime', reason: `its scheduledStartTime is ${job.scheduledStartTime}`, until };
}

/** Whether a dependency is fulfilled; an incremental server counts once it is synced. */
export const hasBeenMigrated = (index: ServerIndex, name: string) =>
  ['migrated', 'skipped', 'synced'].includes(index.phaseOf(name));

/** The gate after too many failures: nothing more starts before an operator has decided. */
export function stopReason(plan: Plan, index: ServerIndex, state: GateState): ClosedGate | undefined {
  for (const [i, { name, failureThreshold }] of plan.waves.entries()) {
    const { failing: failed, total } = index.waves[i]!;
    if (!failureThreshold || state.acceptedWaves.includes(name)) continue;
    const most = 'count' in failureThreshold ? failureThreshold.count : failureThreshold.share * total;
    const said = 'count' in failureThreshold ? `${most}` : `${failureThreshold.share * 100} %`;
    if (failed > most)
      return {
        kind: 'stopped',
        reason: `wave '${name}' has ${failed} of ${total} servers failed, more than its threshold of ${said}: ${whatToDo(plan)}`,
      };
  }
  const most = plan.policy.stopAfterSameError;
  if (most === undefined) return undefined;
  for (const [code, count] of index.failedByCode) {
    if (count >= most && !state.acceptedCodes.includes(code)) {
      return {
        kind: 'stopped',
        reason: `${counted(count, 'server')} ${verbOf(count, 'has', 'have')} failed with ${code}: ${whatToDo(plan)}`,
      };
    }
  }
  return undefined;
}

function whatToDo({ name }: Plan): string {
  const [retry, resume, cancel] = ['retry', 'resume', 'cancel'].map((order) =>
    smcBatchCommand(order, [name]),
  );
  return `${retry}, or to go on all the same ${resume}, or to give up ${cancel}`;
}

const batchPaused: ClosedGate = { kind: 'paused', reason: 'the batch is paused' };

const wavePause = ({ name }: Wave, { paused }: GateState): ClosedGate | undefined =>
  paused.waves.includes(name) ? { kind: 'paused', reason: `wave '${name}' is paused` } : undefined;

function orderGate(plan: Plan, index: ServerIndex, wave: number): ClosedGate | undefined {
  const before = index.waves.slice(0, wave);
  const last = before.at(-1);
  const mayOverlap = plan.waves[wave]!.overlap;
  const open = before.find((one) => !(mayOverlap && one === last ? one.waiting === 0 : isSettled(one)));
  return open && { kind: 'order', reason: `wave '${open.name}' must end first` };
}

/** Whether all servers of a wave have ended, or are synced: a cut-over may come weeks later. */
const isSettled = ({ ended, synced, total }: WaveSums) => ended + synced === total;

function approvalGate(
  { name: batch }: Plan,
  { name, after }: Wave,
  { approvedWaves }: GateState,
): ClosedGate | undefined {
  if (after !== 'approval' || approvedWaves.includes(name)) return undefined;
  return {
    kind: 'approval',
    reason: `wave '${name}' waits for approval: ${smcBatchCommand('approve', [batch, name])}`,
  };
}

/** A time in UTC, and by the clock of the window where that is another one. */
const atBothClocks = (at: number, zone = 'UTC') =>
  `${new Date(at).toISOString()}${zone === 'UTC' ? '' : ` (${zoneTime(at, zone)})`}`;

function windowGate({ policy }: Plan, { name, window }: Wave, now: number): ClosedGate | undefined {
  if (isOpen(window, policy.lockoutDates, now)) return undefined;
  const until = nextOpening(window, policy.lockoutDates, now);
  const when =
    until === undefined
      ? 'and does not open within a year'
      : `until ${atBothClocks(until, window?.timezone)}`;
  return { kind: 'window', reason: `the window of wave '${name}' is closed ${when}`, until };
}

/** When the open windows of waves close: from then on their servers need no slots. */
export const windowsClose = ({ policy, waves }: Plan, now: number): number[] =>
  waves
    .map(({ window }) => closingTime(window, policy.lockoutDates, now))
    .filter((time) => time !== undefined && time > now) as number[];
