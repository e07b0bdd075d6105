import { counted, smcBatchCommand, verbOf } from '../../../src/text';
import type { Slots } from '../../contract/slots';
import type { WaitingReason } from '../../contract/views';
import { restartGatesOf } from '../deal-slots';
import { type ClosedGate, serverGate, waveGate } from '../gates/gates';
import { heldSlots, refusalReason } from '../lease';
import { leasedSlots } from '../lease/lease-use';
import { type Batch, isLookedUpFirst } from '../state';
import { accountReason } from '../telling/account-trouble';

/** Why a server whose gates are open does not start, with a job or without one; undefined when there are slots for it. */
export function slotReason(batch: Batch, now: number, needsJob = true): WaitingReason | undefined {
  const { state } = batch;
  const { plan, taskQueue } = state;
  const refused = accountReason(state.account);
  if (refused) return { kind: 'account', reason: refused };
  const { keptBy, lastReport, lease } = state.holding;
  if (keptBy)
    return {
      kind: 'otherQueue',
      reason:
        `the quota of account '${plan.account.id}' is kept by the workers of task queue '${keptBy}', and this batch's workers ` +
        `take work from '${taskQueue}': cancel it and apply it with SMC_TASK_QUEUE=${keptBy}; or, if it is another account, ` +
        'with its own account.id in the plan',
    };
  if (!lastReport || lease.seq === 0)
    return { kind: 'quotaSilent', reason: "the account's quota has not answered yet" };
  const full = fullReason(batch, leasedSlots(batch), now, needsJob);
  if (!full) return undefined;
  const { pending, trouble } = lease;
  if (pending)
    return { kind: 'quotaPending', reason: `the account's quota grants nothing new yet: ${pending}` };
  if (!trouble) return full;
  const { kind, reason } = full;
  return {
    kind,
    reason: `${reason}; jobs of others could not be counted: ${trouble.code}: ${trouble.message}`,
  };
}

function fullReason(
  { state: { plan, hold }, index }: Batch,
  cap: Slots,
  now: number,
  needsJob: boolean,
): WaitingReason | undefined {
  const { inUse, strays, leftovers, waitingWithJob, syncs } = index;
  const held = heldSlots(cap, hold, now);
  const isFull = cap.existing > 0 && inUse.existing >= cap.existing;
  // Its own jobs are in the way, also where the running slots are with other batches until it has room.
  if (cap.existing === 0 || (cap.running === 0 && !(needsJob && isFull)))
    return {
      kind: 'quotaUsedUp',
      reason: "the account's quota is used up by other batches or other tools",
    };
  if (cap.running > 0 && inUse.running >= cap.running) {
    const byStrays = strays.running > 0 ? `, ${strays.running} of them by jobs of no server of its plan` : '';
    const bySyncs = syncs > 0 ? `, ${syncs} of them by scheduled syncs` : '';
    return {
      kind: 'runningSlots',
      reason: `${verbOf(cap.running, 'the only running slot of this batch is', `all ${cap.running} running slots of this batch are`)} in use${byStrays}${bySyncs}`,
    };
  }
  if (hold && inUse[hold.resource] >= held[hold.resource] && (needsJob || hold.resource === 'running'))
    return { kind: 'quotaRefused', reason: refusalReason(hold, now) };
  if (!needsJob || !isFull) return undefined;
  const left = leftovers + strays.existing + waitingWithJob;
  const room = left > 0 ? `, ${left} of them left behind: ${smcBatchCommand('cleanup', [plan.name])}` : '';
  return {
    kind: 'existingSlots',
    reason:
      inUse.existing === cap.existing
        ? `${verbOf(cap.existing, 'the only job this batch may have exists', `all ${cap.existing} jobs this batch may have exist`)}${room}`
        : `${counted(inUse.existing, 'job')} of this batch ${verbOf(inUse.existing, 'exists', 'exist')}${room}; it may have ${cap.existing}`,
  };
}

/** Why a server does not start that may have got another source. */
const sourceIsLookedUp: WaitingReason = {
  kind: 'sourceLookUp',
  reason: 'its source server is being looked up',
};

export const surveyed: WaitingReason = {
  kind: 'survey',
  reason: 'the source servers are being looked up',
};

/** A server that waits, or is queued: why, and the gate that is closed where it is one. */
export interface ServerWait extends WaitingReason {
  gate?: ClosedGate;
}

/**
 * Gives why a server that waits, or is queued, does not start now. What is the same for all servers of a wave is found once.
 */
export function waitingReasons(batch: Batch, now: number): (name: string) => ServerWait {
  const { state, index } = batch;
  const { plan, gates } = state;
  const gateOfWave = once((wave: number) => waveGate(plan, index, gates, wave, now));
  const slots = once((needsJob: boolean) => slotReason(batch, now, needsJob));
  const restartGate = once((_: undefined) => restartGatesOf(batch, now));
  return (name) => {
    const record = index.record(name);
    if (record.phase === 'queued') {
      const gate = restartGate(undefined)(name);
      return gate ? { ...gate, gate } : (slots(!record.jobId) ?? itsTurn);
    }
    if (state.stage === 'surveying') return surveyed;
    if (state.planChange?.touched.has(name))
      return { kind: 'planChange', reason: 'a changed plan is being looked up' };
    if (isLookedUpFirst(batch, name)) return sourceIsLookedUp;
    const gate = gateOfWave(index.waveIndexOf(name)) ?? serverGate(index, gates, name, now);
    return gate ? { ...gate, gate } : (slots(true) ?? itsTurn);
  };
}

const itsTurn: WaitingReason = { kind: 'turn', reason: 'its turn has come' };

/** Finds each value once. */
function once<K, V>(find: (key: K) => V): (key: K) => V {
  const found = new Map<K, V>();
  return (key) => {
    if (!found.has(key)) found.set(key, find(key));
    return found.get(key) as V;
  };
}

/** What holds back the first job that could be started again. */
export function heldBackAgain(batch: Batch, now: number): WaitingReason | undefined {
  const gateOf = restartGatesOf(batch, now);
  for (const name of batch.index.queued) {
    const gate = gateOf(name);
    if (gate) return ofServer(name, gate);
  }
  return undefined;
}

/** Slots are free and waves open: what holds back the first server that waits. */
export function heldBack(batch: Batch, now: number): WaitingReason | undefined {
  const { state, index } = batch;
  const again = heldBackAgain(batch, now);
  if (again) return again;
  for (const [i, { waiting }] of index.waves.entries()) {
    if (waiting === 0 || waveGate(state.plan, index, state.gates, i, now)) continue;
    for (const name of index.waitingIn(i)) {
      const held = isLookedUpFirst(batch, name)
        ? sourceIsLookedUp
        : serverGate(index, state.gates, name, now);
      if (held) return ofServer(name, held);
    }
  }
  return undefined;
}

const ofServer = (name: string, { kind, reason }: WaitingReason): WaitingReason => ({
  kind,
  reason: `${name}: ${reason}`,
});
