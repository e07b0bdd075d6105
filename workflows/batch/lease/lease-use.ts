import type { LeaseReport, StatedQuota } from '../../contract/quota-messages';
import type { Slots } from '../../contract/slots';
import { windowsClose } from '../gates/gates';
import type { Batch, Times } from '../state';
import { afterSuccess, heldSlots, nextReport, syncHoldsSlotFrom, takeSync, trialEnd, usableSlots } from '.';

// The use of the lease by the batch; the rules are in the other files of this folder.

/** The report to the account's quota that is due now; it counts as on its way. */
export function reportToQuota(batch: Batch, now: number, times: Times): LeaseReport | undefined {
  const { state, index, demand } = batch;
  const { plan, holding } = state;
  if (state.stage === 'leaving' || state.stage === 'ended') return undefined;
  // During the survey, and at the end, the batch reports only when the quota asks: other batches wait for the answer.
  if (state.stage !== 'running' && !holding.isAsked) return undefined;
  const needs = {
    batch: plan.name,
    firstRunId: state.firstRunId,
    since: state.startedAt,
    taskQueue: state.taskQueue,
    priority: plan.policy.priority,
    maxConcurrent: plan.policy.maxConcurrent,
    quota: statedQuota(batch),
    inUse: index.inUse,
    syncs: index.syncs,
    ...demand,
    recovering: index.counts.recovering,
    idle: idleJobs(batch) + refusedRoom(batch, now),
    isCancelling: state.cancelRequested,
    hold: state.hold,
  };
  const next = nextReport(holding, needs, now);
  state.holding = next.holding;
  times.push(next.repeatAt);
  // The slots for which servers wait are then for other batches.
  const isAnswered = !state.holding.reportOnItsWay;
  if (isAnswered && holding.lease.contended && demand.startable + demand.startableAgain > 0)
    times.push(...windowsClose(plan, now));
  return next.report;
}

/** Jobs that take room and could not run now, also not with a slot. One that is cleaned up is about to go. */
function idleJobs({ index: { inUse, counts }, demand }: Batch): number {
  const mayRun =
    demand.startableWithJob + demand.startableAgainWithJob + counts.recovering + counts.finishing;
  return Math.max(0, inUse.existing - inUse.running - mayRun);
}

/** Room of the lease for which the API refuses jobs now: nothing can run in it. */
function refusedRoom(batch: Batch, now: number): number {
  const leased = leasedSlots(batch);
  return leased.existing - heldSlots(leased, batch.state.hold, now).existing;
}

const statedQuota = ({ state }: Batch): StatedQuota => ({
  ...state.plan.account.quota,
  changedAt: state.quotaChangedAt,
});

/** The account's quota that counts now: a person may have changed it in another batch. */
export function quotaInForce(batch: Batch): StatedQuota {
  const { quota } = batch.state.holding.lease;
  const own = statedQuota(batch);
  return quota && quota.changedAt > own.changedAt ? quota : own;
}

/** The slots of the lease, within the limits of the plan. */
export const leasedSlots = ({ state }: Batch): Slots =>
  usableSlots(state.holding, state.plan.policy.maxConcurrent);

/** The slots that the batch may use now: those of its lease, within the limit after refusals of the API. */
export function slotsToUse(batch: Batch, now: number, times: Times): Slots {
  const { state, index } = batch;
  const trial = state.hold && trialEnd(state.hold, index.inUse, now);
  if (state.hold && trial === undefined) state.hold.triedAt = undefined;
  if (state.hold && trial !== undefined) {
    if (trial <= now) state.hold = afterSuccess(state.hold, index.inUse);
    else {
      state.hold.triedAt ??= now;
      times.push(trial);
    }
  }
  if (state.hold && now < state.hold.until) times.push(state.hold.until);
  return heldSlots(leasedSlots(batch), state.hold, now);
}

/** Gives a running slot to each sync that is due soon, so that no other job takes it. */
export function holdDueSyncs({ index }: Batch, now: number, times: Times): void {
  for (const [name, dueAt] of [...index.syncsDue]) {
    const from = syncHoldsSlotFrom(dueAt)!;
    const record = index.record(name);
    if (from > now) times.push(from);
    else if (record.phase === 'synced')
      index.set(name, { ...record, sync: takeSync({ runs: false, dueAt }, now) });
  }
}
