import { smcBatchCommand } from '../../../src/text';
import type { Slots } from '../../contract/slots';
import { counted, verbOf } from '../counted';
import { restartGatesOf } from '../deal-slots';
import { serverGate, waveGate } from '../gates/gates';
import { heldSlots, refusalReason } from '../lease';
import { leasedSlots } from '../lease/lease-use';
import { type Batch, isLookedUpFirst } from '../state';
import { accountReason } from '../telling/account-trouble';

/** Why a server whose gates are open does not start, with a job or without one; undefined when there are slots for it. */
export function slotReason(batch: Batch, now: number, needsJob = true): string | undefined {
  const { state } = batch;
  const { plan, taskQueue } = state;
  const refused = accountReason(state.account);
  if (refused) return refused;
  const { keptBy, lastReport, lease } = state.holding;
  if (keptBy)
    return (
      `the quota of account '${plan.account.id}' is kept by the workers of task queue '${keptBy}', and this batch's workers ` +
      `take work from '${taskQueue}': cancel it and apply it with SMC_TASK_QUEUE=${keptBy}; or, if it is another account, ` +
      'with its own account.id in the plan'
    );
  if (!lastReport || lease.seq === 0) return "the account's quota has not answered yet";
  const full = fullReason(batch, leasedSlots(batch), now, needsJob);
  if (!full) return undefined;
  const { pending, trouble } = lease;
  if (pending) return `the account's quota grants nothing new yet: ${pending}`;
  return trouble ? `${full}; jobs of others could not be counted: ${trouble.code}: ${trouble.message}` : full;
}

function fullReason(
  { state: { plan, hold }, index }: Batch,
  cap: Slots,
  now: number,
  needsJob: boolean,
): string | undefined {
  const { inUse, strays, leftovers, waitingWithJob, syncs } = index;
  const held = heldSlots(cap, hold, now);
  const isFull = cap.existing > 0 && inUse.existing >= cap.existing;
  // Its own jobs are in the way, also where the running slots are with other batches until it has room.
  if (cap.existing === 0 || (cap.running === 0 && !(needsJob && isFull)))
    return "the account's quota is used up by other batches or other tools";
  if (cap.running > 0 && inUse.running >= cap.running) {
    const byStrays = strays.running > 0 ? `, ${strays.running} of them by jobs of no server of its plan` : '';
    const bySyncs = syncs > 0 ? `, ${syncs} of them by scheduled syncs` : '';
    return `${verbOf(cap.running, 'the only running slot of this batch is', `all ${cap.running} running slots of this batch are`)} in use${byStrays}${bySyncs}`;
  }
  if (hold && inUse[hold.resource] >= held[hold.resource] && (needsJob || hold.resource === 'running'))
    return refusalReason(hold, now);
  if (!needsJob || !isFull) return undefined;
  const left = leftovers + strays.existing + waitingWithJob;
  const room = left > 0 ? `, ${left} of them left behind: ${smcBatchCommand('cleanup', [plan.name])}` : '';
  return inUse.existing === cap.existing
    ? `${verbOf(cap.existing, 'the only job this batch may have exists', `all ${cap.existing} jobs this batch may have exist`)}${room}`
    : `${counted(inUse.existing, 'job')} of this batch ${verbOf(inUse.existing, 'exists', 'exist')}${room}; it may have ${cap.existing}`;
}

/** Why a server does not start that may have got another source. */
export const sourceIsLookedUp = 'its source server is being looked up';

/** What holds back the first job that could be started again. */
export function heldBackAgain(batch: Batch, now: number): string | undefined {
  const gateOf = restartGatesOf(batch, now);
  for (const name of batch.index.queued) {
    const gate = gateOf(name);
    if (gate) return `${name}: ${gate.reason}`;
  }
  return undefined;
}

/** Slots are free and waves open: what holds back the first server that waits. */
export function heldBack(batch: Batch, now: number): string | undefined {
  const { state, index } = batch;
  const again = heldBackAgain(batch, now);
  if (again) return again;
  for (const [i, { waiting }] of index.waves.entries()) {
    if (waiting === 0 || waveGate(state.plan, index, state.gates, i, now)) continue;
    for (const name of index.waitingIn(i)) {
      const held = isLookedUpFirst(batch, name)
        ? sourceIsLookedUp
        : serverGate(index, state.gates, name, now)?.reason;
      if (held) return `${name}: ${held}`;
    }
  }
  return undefined;
}
