import type { Lease, LeaseReport, StatedQuota } from '../../contract/quota-messages';
import { newestQuota } from '../../contract/quota-messages';
import type { Slots } from '../../contract/slots';
import { each, noSlots, resources } from '../../contract/slots';
import { heldSlots, type RefusalHold } from './refusal-hold';

/** A batch's side of its lease of the account's quota. */
export interface LeaseHolding {
  /** The newest lease; before the first one nothing may be used. */
  lease: Slots & Pick<Lease, 'seq' | 'contended'> & Partial<Pick<Lease, 'quota' | 'trouble' | 'pending'>>;
  /** The life of the quota's workflow that counts. */
  quotaRunId?: string;
  /** What it has promised not to exceed, or been granted since. */
  held: Slots;
  /** What the last report said; absent before the first one. */
  lastReport?: { demand: Slots; syncs: number; at: number; nth: number };
  /** What the quota must hear of at once. */
  urgent: UrgentFacts;
  /** The news of the report that is on its way: told again, should it not arrive. */
  reportOnItsWay?: UrgentFacts;
  /** It repeats itself after so long. */
  repeatMs: number;
  /** The quota wants to be told, whatever it has heard before. */
  isAsked?: boolean;
  /** The task queue whose workers keep the account's quota, when it is not the batch's own. */
  keptBy?: string;
}

/** What makes a report due by itself. */
export interface UrgentFacts {
  /** What the API has just refused. */
  refused?: LeaseReport['refused'];
  /** The quota or the priority has just been changed. */
  hasNewLimits?: true;
}

/** What the report says, as the batch stands. */
export interface ReportFacts {
  batch: string;
  firstRunId: string;
  since: number;
  taskQueue: string;
  priority: number;
  maxConcurrent: number;
  /** As the plan or an operator's order has it. */
  quota: StatedQuota;
  inUse: Slots;
  /** Of those that run: syncs of incremental jobs. */
  syncs: number;
  /** Servers that could start now if there were slots, and those of them that have a job already. */
  startable: number;
  startableWithJob: number;
  /** Jobs that could be started again now, and those that soon will be. */
  startableAgain: number;
  recovering: number;
  isCancelling: boolean;
  hold?: RefusalHold;
}

/** While servers wait and nothing moves, a batch repeats its report: the quota may have lost it. */
const repeatMs = { first: 60_000, longest: 600_000 };

export const noLease = (): LeaseHolding => ({
  lease: { ...noSlots, seq: 0, contended: false },
  held: noSlots,
  repeatMs: repeatMs.first,
  urgent: {},
});

/** Takes a newer lease of this batch's own; `grows` where it allows more than before. */
export function takeLease(
  holding: LeaseHolding,
  { firstRunId, quotaRunId, ...lease }: Lease,
  ownFirstRunId: string,
): { holding: LeaseHolding; grows: boolean } {
  const isOfLostQuota = holding.quotaRunId !== undefined && holding.quotaRunId !== quotaRunId;
  if (firstRunId !== ownFirstRunId || isOfLostQuota || lease.seq <= holding.lease.seq)
    return { holding, grows: false };
  const grows = resources.some((r) => lease[r] > holding.held[r]);
  // The quota counts a growth as used from the moment it was sent; a shrinking counts when we report it.
  const held = each((r) => Math.max(holding.held[r], lease[r]));
  // One that it has overtaken is not used any more; the quota cannot know that.
  const isAsked = holding.isAsked || (holding.lease.seq > 0 && lease.seq > holding.lease.seq + 1);
  return {
    holding: { ...holding, lease, quotaRunId, held, isAsked, repeatMs: repeatMs.first, keptBy: undefined },
    grows,
  };
}

/** The quota's workflow was lost and has started anew: only what it grants counts from now on. */
export const takeAsk = (holding: LeaseHolding, quotaRunId: string): LeaseHolding => ({
  ...holding,
  quotaRunId,
  isAsked: true,
});

/** How many jobs the batch may have and run right now. */
export function usableSlots({ lease, held }: LeaseHolding, maxConcurrent: number): Slots {
  return {
    existing: Math.min(lease.existing, held.existing),
    running: Math.min(lease.running, held.running, maxConcurrent),
  };
}

/**
 * The report the quota must get now, if any, and the holding with it noted as told and promised: the first one, one that was
 * asked for, a refusal by the API, changed limits, a growing need, syncs that begin or end, slots that have come free while
 * the lease shrinks, and a shrinking need while others wait; and again after a while, as long as servers wait.
 * `repeatAt` is when to ask next, should nothing happen before.
 */
export function nextReport(
  holding: LeaseHolding,
  facts: ReportFacts,
  now: number,
): { report?: LeaseReport; holding: LeaseHolding; repeatAt?: number } {
  const { lease, held, lastReport, quotaRunId, urgent } = holding;
  // One at a time: what changes meanwhile is in the next one.
  if (holding.reportOnItsWay) return { holding };
  const { inUse, syncs } = facts;
  const demandNow = slotDemand(facts, now);
  const demand = each((r) =>
    lease.contended || !lastReport ? demandNow[r] : Math.max(demandNow[r], lastReport.demand[r]),
  );
  const kept = each((r) => Math.max(inUse[r], Math.min(held[r], lease[r], demand[r])));
  // What cannot exist cannot run.
  const promise = { ...kept, running: Math.max(inUse.running, Math.min(kept.running, kept.existing)) };
  const waits = resources.some((r) => demand[r] > lease[r]) || holding.keptBy !== undefined;
  const isDue =
    !lastReport ||
    holding.isAsked ||
    urgent.refused !== undefined ||
    urgent.hasNewLimits ||
    syncs !== lastReport.syncs ||
    resources.some((r) => demand[r] !== lastReport.demand[r] || promise[r] !== held[r]);
  const repeatAt = lastReport && waits ? lastReport.at + holding.repeatMs : undefined;
  const isRepeat = !isDue && repeatAt !== undefined && repeatAt <= now;
  if (!isDue && !isRepeat) return { holding, repeatAt };
  const nextRepeatMs = isRepeat ? Math.min(2 * holding.repeatMs, repeatMs.longest) : repeatMs.first;
  const { batch, firstRunId, since, taskQueue, priority } = facts;
  const nth = (lastReport?.nth ?? 0) + 1;
  const quota = lease.quota ? newestQuota(lease.quota, facts.quota) : facts.quota;
  return {
    report: {
      ...{
        batch,
        firstRunId,
        since,
        taskQueue,
        quotaRunId,
        nth,
        seq: lease.seq,
        held: promise,
        demand,
        syncs,
        priority,
        quota,
      },
      refused: urgent.refused,
    },
    holding: {
      ...holding,
      held: promise,
      lastReport: { demand, syncs, at: now, nth },
      urgent: {},
      reportOnItsWay: urgent,
      repeatMs: nextRepeatMs,
      isAsked: false,
    },
    repeatAt: waits ? now + nextRepeatMs : undefined,
  };
}

/** What the quota must hear of at once is in the next report. */
export const withUrgent = (holding: LeaseHolding, urgent: UrgentFacts): LeaseHolding => ({
  ...holding,
  urgent: { ...holding.urgent, ...urgent },
});

/** A report has arrived: the account's quota may be kept by the workers of another task queue. */
export const receivedReport = (holding: LeaseHolding, { keptBy }: { keptBy?: string }): LeaseHolding => ({
  ...holding,
  keptBy,
  reportOnItsWay: undefined,
});

/** Nobody knows whether the report on its way arrives: its news is told once more. */
export const lostReport = (holding: LeaseHolding): LeaseHolding =>
  holding.reportOnItsWay
    ? {
        ...holding,
        isAsked: true,
        urgent: { ...holding.reportOnItsWay, ...holding.urgent },
        reportOnItsWay: undefined,
      }
    : holding;

/** What the batch could use now. What the API refuses it cannot use, though it has a slot. */
function slotDemand(facts: ReportFacts, now: number): Slots {
  const { inUse, maxConcurrent, recovering, isCancelling, hold } = facts;
  const waiting = isCancelling ? 0 : facts.startable + facts.startableAgain;
  const withJob = isCancelling ? 0 : facts.startableWithJob;
  const wanted: Slots = {
    existing: inUse.existing + waiting - withJob,
    running: Math.max(
      inUse.running,
      Math.min(maxConcurrent, inUse.running + waiting + (isCancelling ? 0 : recovering)),
    ),
  };
  const usable = heldSlots(wanted, hold && { ...hold, until: now }, now);
  return each((r) => Math.max(inUse[r], usable[r]));
}
