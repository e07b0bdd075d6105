import type { BatchRun } from './batch-run';
import type { Lease, LeaseReport, Slots } from './messages';

/** A batch's side of its lease of the account's quota. */
export interface LeaseHolding {
  lease: Lease;
  /** What it has promised not to exceed, or been granted since. */
  held: Slots;
  /** What it has last told; absent before the first report. */
  told?: Slots;
}

const resources = ['existing', 'running'] as const;
const each = (value: (resource: keyof Slots) => number): Slots => ({
  existing: value('existing'),
  running: value('running'),
});

export const noLease = (): LeaseHolding => ({
  lease: { existing: 0, running: 0, seq: 0, contended: false },
  held: { existing: 0, running: 0 },
});

/** Takes a newer lease; gives whether it allows more than before. */
export function takeLease(holding: LeaseHolding, lease: Lease): boolean {
  if (lease.seq <= holding.lease.seq) return false;
  const grows = resources.some((r) => lease[r] > holding.held[r]);
  // The quota counts a growth as used from the moment it was sent; a shrinking counts when we report it.
  holding.held = each((r) => Math.max(holding.held[r], lease[r]));
  holding.lease = lease;
  return grows;
}

/** How many jobs the batch may have and run right now. */
export function usableSlots({ lease, held }: LeaseHolding, maxConcurrent: number): Slots {
  return {
    existing: Math.min(lease.existing, held.existing),
    running: Math.min(lease.running, held.running, maxConcurrent),
  };
}

/**
 * The report the quota must get now, if any: the first one, a refusal by the API, changed limits, a growing need, slots
 * that have come free while the lease shrinks, and a shrinking need while others wait. It is noted as told and promised.
 */
export function nextReport({
  plan,
  state,
  servers,
  startable,
  startableWithJob,
  startableAgain,
  refused,
  limitsChanged,
}: BatchRun): LeaseReport | undefined {
  const { holding } = state;
  const { inUse, counts } = servers;
  const { lease, held, told } = holding;
  const waiting = state.cancelRequested ? 0 : startable + startableAgain;
  const withJob = state.cancelRequested ? 0 : startableWithJob;
  const need: Slots = {
    existing: inUse.existing + waiting - withJob,
    running: Math.min(
      plan.policy.maxConcurrent,
      inUse.running + waiting + (state.cancelRequested ? 0 : counts.recovering),
    ),
  };
  const demand = each((r) => (lease.contended || !told ? need[r] : Math.max(need[r], told[r])));
  const promise = each((r) => Math.max(inUse[r], Math.min(held[r], lease[r], demand[r])));
  const isNews =
    !told || refused || limitsChanged || resources.some((r) => demand[r] !== told[r] || promise[r] < held[r]);
  if (!isNews) return undefined;
  holding.told = demand;
  holding.held = promise;
  const { name: batch, policy, account } = plan;
  return {
    batch,
    seq: lease.seq,
    held: promise,
    demand,
    priority: policy.priority,
    quota: account.quota,
    refused,
  };
}
