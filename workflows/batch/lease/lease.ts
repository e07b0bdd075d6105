import type { Lease, LeaseReport, StatedQuota } from '../../contract/quota-messages';
import { newestQuota } from '../../contract/quota-messages';
import type { Slots } from '../../contract/slots';
import { each, noSlots, resources } from '../../contract/slots';
import { heldSlots, type RefusalHold } from './refusal-hold';

/** The lease of a batch, and what the batch has reported to the account's quota. */
export interface LeaseHolding {
  /** The newest lease; before the first one the batch may use no slot. */
  lease: Slots & Pick<Lease, 'seq' | 'contended'> & Partial<Pick<Lease, 'quota' | 'trouble' | 'pending'>>;
  /** The first run of the quota's workflow: a lease of another one does not count. */
  quotaRunId?: string;
  /** What the batch has promised not to exceed, or was granted since. */
  held: Slots;
  /** The last report; absent before the first one. */
  lastReport?: { demand: Slots; syncs: number; idle: number; at: number; nth: number };
  /** Facts that make a report due at once. */
  urgent: UrgentFacts;
  /** The urgent facts of a report that is on its way: they are reported again if it is lost. Absent when none is on its way. */
  reportOnItsWay?: UrgentFacts;
  /** The delay after which the report is repeated. */
  repeatMs: number;
  /** The quota has asked for a report. */
  isAsked?: boolean;
  /** The task queue whose workers keep the account's quota, when it is not the batch's own. */
  keptBy?: string;
}

/** Facts that the quota must hear at once. */
export interface UrgentFacts {
  /** The API has just refused a job for its quota. */
  refused?: LeaseReport['refused'];
  /** The quota, or the priority of the batch, has just been changed. */
  hasNewLimits?: true;
}

/** The facts of a batch that its report is made of. */
export interface ReportFacts {
  batch: string;
  firstRunId: string;
  since: number;
  taskQueue: string;
  priority: number;
  maxConcurrent: number;
  /** The quota of the plan, or of an operator's order. */
  quota: StatedQuota;
  inUse: Slots;
  /** Running jobs that are scheduled syncs of incremental jobs. */
  syncs: number;
  /** Servers that could start now with a slot, and those of them that have a job. */
  startable: number;
  startableWithJob: number;
  /** Jobs that could be started again now, and servers that are recovering. */
  startableAgain: number;
  recovering: number;
  /** Room in which nothing could run now, also not with a slot. */
  idle: number;
  isCancelling: boolean;
  hold?: RefusalHold;
}

/** While servers wait for slots, a batch repeats its report: the quota may have lost it. */
const repeatMs = { first: 60_000, longest: 600_000 };

export const noLease = (): LeaseHolding => ({
  lease: { ...noSlots, seq: 0, contended: false },
  held: noSlots,
  repeatMs: repeatMs.first,
  urgent: {},
});

/** Takes a newer lease; `grows` is true when it allows more than before. A lease for an earlier batch of this name is ignored. */
export function takeLease(
  holding: LeaseHolding,
  { firstRunId, quotaRunId, ...lease }: Lease,
  ownFirstRunId: string,
): { holding: LeaseHolding; grows: boolean } {
  const isOfLostQuota = holding.quotaRunId !== undefined && holding.quotaRunId !== quotaRunId;
  if (firstRunId !== ownFirstRunId || isOfLostQuota || lease.seq <= holding.lease.seq)
    return { holding, grows: false };
  const grows = resources.some((r) => lease[r] > holding.held[r]);
  // For the quota a growing lease counts from its sending, and a shrinking one from the report of the batch.
  const held = each((r) => Math.max(holding.held[r], lease[r]));
  // A lease in between did not arrive and will not be used: only a report tells the quota so.
  const isAsked = holding.isAsked || (holding.lease.seq > 0 && lease.seq > holding.lease.seq + 1);
  return {
    holding: { ...holding, lease, quotaRunId, held, isAsked, repeatMs: repeatMs.first, keptBy: undefined },
    grows,
  };
}

/** The quota's workflow was lost and has started again: from now on only its own leases count. */
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
 * The report that is due now, and the holding after it. A report is due when
 * - it is the first one, or the quota has asked for it
 * - the API has refused a job, or limits have changed
 * - the demand has grown, or has shrunk while other batches wait
 * - syncs have begun or ended, or slots have come free while the lease shrinks
 * - other jobs are idle than before, while other batches wait
 * - servers have waited for `repeatMs`.
 *
 * `repeatAt` is when to ask again at the latest.
 */
export function nextReport(
  holding: LeaseHolding,
  facts: ReportFacts,
  now: number,
): { report?: LeaseReport; holding: LeaseHolding; repeatAt?: number } {
  const { lease, held, lastReport, quotaRunId, urgent } = holding;
  // One report at a time: the next one has the changes since.
  if (holding.reportOnItsWay) return { holding };
  const { inUse, syncs, idle } = facts;
  const demandNow = slotDemand(facts, now);
  const demand = each((r) =>
    lease.contended || !lastReport ? demandNow[r] : Math.max(demandNow[r], lastReport.demand[r]),
  );
  const kept = each((r) => Math.max(inUse[r], Math.min(held[r], lease[r], demand[r])));
  // No more jobs can run than may exist.
  const promise = { ...kept, running: Math.max(inUse.running, Math.min(kept.running, kept.existing)) };
  const waits = resources.some((r) => demand[r] > lease[r]) || holding.keptBy !== undefined;
  const isDue =
    !lastReport ||
    holding.isAsked ||
    urgent.refused !== undefined ||
    urgent.hasNewLimits ||
    syncs !== lastReport.syncs ||
    (lease.contended && idle !== lastReport.idle) ||
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
        idle,
        priority,
        quota,
      },
      refused: urgent.refused,
    },
    holding: {
      ...holding,
      held: promise,
      lastReport: { demand, syncs, idle, at: now, nth },
      urgent: {},
      reportOnItsWay: urgent,
      repeatMs: nextRepeatMs,
      isAsked: false,
    },
    repeatAt: waits ? now + nextRepeatMs : undefined,
  };
}

/** Adds urgent facts to the next report. */
export const withUrgent = (holding: LeaseHolding, urgent: UrgentFacts): LeaseHolding => ({
  ...holding,
  urgent: { ...holding.urgent, ...urgent },
});

/** A report has arrived. `keptBy`: the workers of another task queue keep the account's quota. */
export const receivedReport = (holding: LeaseHolding, { keptBy }: { keptBy?: string }): LeaseHolding => ({
  ...holding,
  keptBy,
  reportOnItsWay: undefined,
});

/** The report on its way may be lost: the next one has its urgent facts again. */
export const lostReport = (holding: LeaseHolding): LeaseHolding =>
  holding.reportOnItsWay
    ? {
        ...holding,
        isAsked: true,
        urgent: { ...holding.reportOnItsWay, ...holding.urgent },
        reportOnItsWay: undefined,
      }
    : holding;

/** The slots that the batch could use now, less those that the API refuses. */
function slotDemand(facts: ReportFacts, now: number): Slots {
  const { inUse, maxConcurrent, recovering, isCancelling, hold } = facts;
  const waiting = isCancelling ? 0 : facts.startable + facts.startableAgain;
  const withJob = isCancelling ? 0 : facts.startableWithJob;
  // One new job for each that may run: the next job starts while the last one is still being deleted. More would only keep slots
  // from other batches.
  const wanted: Slots = {
    existing: inUse.existing + Math.min(waiting - withJob, maxConcurrent),
    running: Math.max(
      inUse.running,
      Math.min(maxConcurrent, inUse.running + waiting + (isCancelling ? 0 : recovering)),
    ),
  };
  const usable = heldSlots(wanted, hold && { ...hold, until: now }, now);
  return each((r) => Math.max(inUse[r], usable[r]));
}
