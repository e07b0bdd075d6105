import type { Plan, Wave } from '../../../src/plan';
import { startTimeOf } from '../../../src/plan/plan';
import { smcBatchCommand } from '../../../src/text';
import type { ServerIndex, WaveSums } from '../servers/server-index';
import { isOpen, nextOpening } from './time-window';

/** What an operator has said beside the plan; carried over Continue-As-New. */
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

/** Why nothing of a wave may start now, and when that may change by itself (milliseconds since the epoch). */
export interface ClosedGate {
  kind: 'stopped' | 'paused' | 'order' | 'approval' | 'window' | 'startTime' | 'dependency' | 'group';
  reason: string;
  until?: number;
  /** Nothing opens it but this group, or this server. */
  waitsFor?: { group: string } | { server: string };
}

/** The gate of one wave, open when undefined. The order of the checks is the order in which an operator can act. */
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
 * What holds jobs back that could be started again, by their server. Running work is never broken, but nothing starts at
 * a gate that an operator, a failure or the clock has closed. A cut-over comes at its own time.
 */
export function restartGates(
  plan: Plan,
  index: ServerIndex,
  state: GateState,
  now: number,
): (server: string) => ClosedGate | undefined {
  const stopped = stopReason(plan, index, state);
  // To ask a calendar costs more than all else, and servers are many more than waves.
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

/** What stands between a server and its start, beside the gate of its wave. */
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

/** An operator holds this server back. */
const serverPause = (name: string, { paused }: GateState): ClosedGate | undefined =>
  paused.servers.includes(name) ? { kind: 'paused', reason: 'it is paused' } : undefined;

/** Its time in the plan has not come. One that a retry sets back has had it. */
function startTimeGate(index: ServerIndex, name: string, now: number): ClosedGate | undefined {
  const { job } = index.planOf(name);
  const until = startTimeOf(job);
  if (until === undefined || until <= now) return undefined;
  return { kind: 'startTime', reason: `its scheduledStartTime is ${job.scheduledStartTime}`, until };
}

/** A dependency that is incremental counts once it has been synced. */
export const hasBeenMigrated = (index: ServerIndex, name: string) =>
  ['migrated', 'skipped', 'synced'].includes(index.phaseOf(name));

/** Too many failures: nothing more starts before the operator has decided. */
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
      return { kind: 'stopped', reason: `${count} servers have failed with ${code}: ${whatToDo(plan)}` };
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

/** Ended, or incremental and waiting for its cut-over, which may take weeks. */
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

function windowGate({ policy }: Plan, { name, window }: Wave, now: number): ClosedGate | undefined {
  if (isOpen(window, policy.lockoutDates, now)) return undefined;
  const until = nextOpening(window, policy.lockoutDates, now);
  const when =
    until === undefined ? 'and does not open within a year' : `until ${new Date(until).toISOString()}`;
  return { kind: 'window', reason: `the window of wave '${name}' is closed ${when}`, until };
}
