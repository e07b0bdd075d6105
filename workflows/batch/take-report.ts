import type { ServerReport, ServerResult } from '../contract/server-messages';
import { afterRefusal, afterSuccess, takeSync, withUrgent } from './lease';
import { withCleanUp, withJob } from './servers/estimate';
import {
  adoptedRound,
  endedState,
  hasWorkflow,
  isEnded,
  isOfRound,
  isStandingUnknown,
  type ServerRecord,
} from './servers/server-record';
import { askStandingsNow, type Batch, isLookedUpFirst } from './state';
import { announceExpiry } from './telling/announce';
import { isWished, wish } from './wishes';

/**
 * Takes a report of a server's migration. A report that is old, repeated, or does not fit the server's phase changes nothing.
 */
export function takeReport(batch: Batch, report: ServerReport, now: number): void {
  const { state, index } = batch;
  const { server } = report;
  if (isBeingLookedUp(batch, server)) {
    state.early.push(report);
    if (isStandingUnknown(state.servers[server])) askStandingsNow(state, now);
    return;
  }
  if (index.has(server)) applyReport(batch, report, now);
}

/** Takes the end of a server's workflow as Temporal tells it: it is no old report. */
export function takeEnd(
  batch: Batch,
  { server, ...end }: { server: string; round: number; result: ServerResult },
  now: number,
): void {
  if (batch.index.has(server)) applyReport(batch, { kind: 'ended', server, ...end }, now);
}

function applyReport(batch: Batch, report: ServerReport, now: number): void {
  const { index } = batch;
  const { server } = report;
  const before = index.record(server);
  const after = nextRecord(before, report, now);
  if (after) {
    index.set(server, tooLateToCancel(batch, server, after));
    measure(batch, before, report, now);
    if (report.kind === 'expires') announceExpiry(batch, report, now);
  } else if (wasGranted(before, report)) wish(batch, server, 'grant', now);
  takeQuotaAnswer(batch, report, after !== undefined, now);
}

/**
 * Whether the server is being looked up: its reports are kept until it is known whether its workflow is adopted, and where the workflow
 * stands.
 */
export function isBeingLookedUp(batch: Batch, name: string): boolean {
  const { state, index } = batch;
  if (isStandingUnknown(state.servers[name])) return true;
  if (state.stage === 'surveying') return !hasWorkflow(state.servers[name]);
  if (!index.has(name)) return state.planChange !== undefined;
  return !hasWorkflow(index.record(name)) && isLookedUpFirst(batch, name);
}

/** Takes the reports that have come during a look-up; those of servers outside the plan are dropped. */
export function takeEarlyReports(batch: Batch, now: number): void {
  const { state, index } = batch;
  for (const report of state.early.splice(0)) {
    if (index.lookedUpFirst.has(report.server) || isStandingUnknown(state.servers[report.server]))
      state.early.push(report);
    else if (index.has(report.server)) applyReport(batch, report, now);
  }
}

/** A server that was migrated although its cancel was ordered says so. */
function tooLateToCancel({ state }: Batch, name: string, record: ServerRecord): ServerRecord {
  if (record.phase !== 'migrated' || !(state.cancelRequested || isWished(state, name, 'cancel')))
    return record;
  return { ...record, note: migratedBeforeCancel };
}

const migratedBeforeCancel = 'it was migrated before the cancel could stop its job';

/** The record after a report; undefined where the report changes nothing. */
export function nextRecord(
  record: ServerRecord,
  report: ServerReport,
  now: number,
): ServerRecord | undefined {
  if (isEnded(record.phase) || record.phase === 'waiting') return undefined;
  if (!isOfRound(record, report.round)) return undefined;
  const {
    round,
    workflowRound,
    startedAt,
    stoppedRunningAt,
    sourceId,
    starts = 1,
    grantedRequest,
    runId,
    validUntil,
  } = record;
  const { idleMs, idleSince = now } = record;
  const base = {
    ...{ round, workflowRound, startedAt, stoppedRunningAt, sourceId, starts },
    ...{ grantedRequest, runId, validUntil },
  };
  switch (report.kind) {
    case 'ended':
      return {
        ...base,
        runId: undefined,
        workflowRound: undefined,
        endedAt: now,
        lastRound: round === adoptedRound ? Math.max(record.lastRound ?? 0, report.round) : record.lastRound,
        ...endedState(report.result),
      };
    case 'expires':
      return { ...record, validUntil: report.at };
    case 'waitsForSource':
      return record.phase === 'recovering' ? { ...record, error: report.error } : undefined;
    case 'sync':
      return record.phase === 'synced' ? { ...record, sync: takeSync(report, now) } : undefined;
    case 'startAccepted':
      return undefined;
    case 'stoppedRunning': {
      // Between two syncs a job can break, too.
      const mayStop = record.phase === 'migrating' || (record.phase === 'synced' && report.end !== 'Waiting');
      // A start that counts for none has its number in common with the next one: the slot that was granted since tells them apart.
      const isBeforeGrant = report.slotRequest !== undefined && report.slotRequest < (grantedRequest ?? 0);
      if (!mayStop || report.start < starts || isBeforeGrant) return undefined;
      const { jobId, error, start, end, costsNoAttempt, startsAgainInSeconds } = report;
      const made = report.neverStarted ? 0 : start - Number(costsNoAttempt ?? false);
      const stopped = { ...base, stoppedRunningAt: now, idleMs, idleSince, jobId, starts: made, error };
      if (startsAgainInSeconds !== undefined)
        return { ...stopped, phase: 'recovering', nextStartAt: now + startsAgainInSeconds * 1000 };
      return { ...stopped, phase: end === 'Waiting' ? 'synced' : 'finishing' };
    }
    case 'wantsSlot': {
      const { slotRequest, jobId, refused, isCutOver = record.phase === 'synced' } = report;
      const isOld = slotRequest <= (record.phase === 'queued' ? record.slotRequest : (grantedRequest ?? 0));
      if (isOld) return undefined;
      const error = refused ?? ('error' in record ? record.error : undefined);
      const queuedAt = record.phase === 'queued' ? record.queuedAt : now;
      return { ...base, idleMs, idleSince, phase: 'queued', slotRequest, jobId, isCutOver, error, queuedAt };
    }
  }
}

/** Whether a server repeats a request that was granted: the grant has not reached it. */
const wasGranted = (record: ServerRecord, report: ServerReport) =>
  report.kind === 'wantsSlot' &&
  record.phase === 'migrating' &&
  isOfRound(record, report.round) &&
  record.grantedRequest === report.slotRequest;

/** Measures how long a server's job took for its size, and its clean-up, for the estimates of the others. */
function measure({ state }: Batch, before: ServerRecord, report: ServerReport, now: number): void {
  if (report.kind === 'ended' && report.result.outcome === 'migrated' && before.phase === 'finishing') {
    const { stoppedRunningAt = now } = before;
    state.measured = withCleanUp(state.measured, (now - stoppedRunningAt) / 1000);
  }
  if (report.kind !== 'stoppedRunning' || report.end !== 'Finished') return;
  const { diskGiB, startedAt, starts = 1, idleMs = 0 } = before;
  if (before.phase !== 'migrating' || starts > 1 || !startedAt || !diskGiB) return;
  state.measured = withJob(state.measured, diskGiB, (now - startedAt - idleMs) / 1000);
}

/** Takes the API's answer for its quota: a start that was accepted, or a refusal. A server repeats its request with the same refusal. */
function takeQuotaAnswer({ state, index }: Batch, report: ServerReport, isNew: boolean, now: number): void {
  if (report.kind === 'startAccepted') state.hold = afterSuccess(state.hold, index.inUse);
  if (report.kind !== 'wantsSlot' || !report.refused || !isNew) return;
  const { code, message } = report.refused;
  const refused = { resource: report.jobId ? 'running' : 'existing', code } as const;
  state.holding = withUrgent(state.holding, { refused });
  state.hold = afterRefusal(state.hold, { ...refused, message }, index.inUse, now);
}
