import type { StatedQuota } from '../contract/quota-messages';
import type { ServerReport } from '../contract/server-messages';
import type { Slots } from '../contract/slots';
import { batchCalls } from './activities';
import {
  afterRefusal,
  afterSuccess,
  heldSlots,
  nextReport,
  type QuotaNeeds,
  receivedReport,
  syncHoldsSlotFrom,
  takeSync,
  trialEnd,
  usableSlots,
} from './lease';
import { type BatchRun, wakeAt } from './run';

// What a batch does with its lease of the account's quota; the rules themselves are in `quota/`.

/** Tells the account's quota what this batch needs, when that has changed in a way the quota must know. */
export function tellQuota(run: BatchRun): void {
  if (run.reporting) return;
  const { plan, state } = run;
  const { report, holding, repeatAt } = nextReport(state.holding, needsOf(run), Date.now());
  state.holding = holding;
  if (repeatAt !== undefined) wakeAt(run, repeatAt);
  if (!report) return;
  run.refused = undefined;
  run.limitsChanged = false;
  run.reporting = true;
  const { existing, running } = report.demand;
  void batchCalls(`wants ${existing} jobs, ${running} running`)
    .reportLease({ account: plan.account.id, report })
    .then((receipt) => {
      state.holding = receivedReport(state.holding, receipt);
    })
    .finally(() => {
      run.reporting = false;
      run.changed = true;
    });
}

function needsOf(run: BatchRun): QuotaNeeds {
  const { plan, state, servers, taskQueue, startable, startableWithJob, startableAgain } = run;
  return {
    batch: plan.name,
    life: state.creation,
    since: state.startedAt,
    taskQueue,
    priority: plan.policy.priority,
    maxConcurrent: plan.policy.maxConcurrent,
    quota: statedQuota(run),
    inUse: servers.inUse,
    syncs: servers.syncs,
    ...{ startable, startableWithJob, startableAgain },
    recovering: servers.counts.recovering,
    isCancelling: state.cancelRequested,
    hold: state.hold,
    refused: run.refused,
    limitsChanged: run.limitsChanged,
  };
}

const statedQuota = ({ plan, state }: BatchRun): StatedQuota => ({
  ...plan.account.quota,
  changedAt: state.quotaChangedAt,
});

/** The account's quota as it counts now: another batch may have been told a newer one. */
export function quotaInForce(run: BatchRun): StatedQuota {
  const { quota } = run.state.holding.lease;
  const own = statedQuota(run);
  return quota && quota.changedAt > own.changedAt ? quota : own;
}

/** The slots that may be used now: those of the lease, as far as refusals of the API leave them. */
export function slotsToUse(run: BatchRun, now: number): Slots {
  const { state, servers, plan } = run;
  const trial = state.hold && trialEnd(state.hold, servers.inUse, now);
  if (state.hold && trial === undefined) state.hold.triedAt = undefined;
  if (state.hold && trial !== undefined) {
    if (trial <= now) state.hold = afterSuccess(state.hold, servers.inUse);
    else {
      state.hold.triedAt ??= now;
      wakeAt(run, trial);
    }
  }
  if (state.hold && now < state.hold.until) wakeAt(run, state.hold.until);
  return heldSlots(usableSlots(state.holding, plan.policy.maxConcurrent), state.hold, now);
}

/** A server has reported, and the records have it: whether the API took or refused a job for its quota. */
export function noteQuotaNews(run: BatchRun, report: ServerReport, isNews: boolean): void {
  const { state, servers } = run;
  if (report.kind === 'slotUsed') state.hold = afterSuccess(state.hold, servers.inUse);
  if (report.kind !== 'wantsSlot' || !report.refused || !isNews) return;
  const { code, message } = report.refused;
  run.refused = { resource: report.jobId ? 'running' : 'existing', code };
  state.hold = afterRefusal(state.hold, { ...run.refused, message }, servers.inUse, Date.now());
}

/** From shortly before it is due a sync counts as running: nothing else takes its place. */
export function holdDueSyncs(run: BatchRun, now: number): void {
  const { servers, state } = run;
  let next = Number.POSITIVE_INFINITY;
  for (const [name, dueAt] of servers.syncsDue) {
    const from = syncHoldsSlotFrom(dueAt)!;
    const record = state.records[name];
    if (from > now) next = Math.min(next, from);
    else if (record?.phase === 'synced')
      servers.set(name, { ...record, sync: takeSync({ runs: false, dueAt }, now) });
  }
  if (next < Number.POSITIVE_INFINITY) wakeAt(run, next);
}
