import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Plan } from '../src/plan';
import { cancelServer, cutOverServer, reconcileNowAndThen } from './batch-children';
import { announce, announceNews } from './batch-events';
import { takeOrders } from './batch-orders';
import { batchDetails, batchProgress, slotReason } from './batch-progress';
import { type BatchRun, type BatchState, newBatchState, note } from './batch-run';
import { startServers, wakeAt } from './batch-schedule';
import { BatchServers, isEnded } from './batch-servers';
import { explainServer } from './explain';
import { stopReason } from './gates';
import { nextReport, takeLease, usableSlots } from './lease';
import {
  type BatchProgress,
  type BatchStatus,
  explainQuery,
  journalQuery,
  leaseGranted,
  progressQuery,
  serverReported,
  serversQuery,
} from './messages';
import { smcPhase } from './search-attributes';

export interface BatchInput {
  plan: Plan;
  /** Carried over Continue-As-New. */
  state?: BatchState;
}

/** What a batch leaves behind as its workflow's result; the servers one by one are a query. */
export type BatchResult = Pick<BatchProgress, 'batch' | 'counts' | 'total' | 'waves' | 'startedAt'> & {
  endedAt: string;
};

const { surveySourceServers, findEarlierServers, reportLease, returnLease } = proxyActivities<Activities>({
  heartbeatTimeout: '20s',
  startToCloseTimeout: '1h',
});

/** Well below Temporal's own suggestion: a short history is quick to replay after a worker's death. */
const historyLimit = 1_000;
/** After the API has refused a job for its quota, nothing is started for so long, or until a new lease comes. */
const refusalHoldMs = 15_000;
/** The Temporal UI's details cost as much as the plan is long: not at every report. */
const detailsMs = 1_000;

/**
 * Migrates every server of the plan, wave after wave, in a window as wide as the account's lease and the policy
 * allow. Each server is a child workflow that outlives this run and reports by signal, so that the window stays full
 * over Continue-As-New. It returns when every server has ended, however it ended.
 */
export async function batch({ plan, state: carried }: BatchInput): Promise<BatchResult> {
  const state = carried ?? newBatchState();
  const run: BatchRun = {
    plan,
    state,
    servers: new BatchServers(plan, state.records, state.diskGiB),
    status: carried ? 'running' : 'surveying',
    changed: true,
    holdUntil: 0,
    startable: 0,
    starting: 0,
    reporting: false,
    notifying: 0,
    limitsChanged: false,
    detailsAt: 0,
    watched: new Set(),
  };
  listen(run);

  // A failure here fails the batch: nothing has been started yet.
  if (!carried) await survey(run, plan);

  await CancellationScope.nonCancellable(async () => {
    void reconcileNowAndThen(run);
    for (;;) {
      run.changed = false;
      if (isHistoryLong()) {
        // Nothing new is begun, so that what is under way can be confirmed: under load there would be no gap otherwise.
        await condition(() => isQuiet(run));
        await continueAsNew<typeof batch>({ plan: run.plan, state });
      }
      if (state.cancelRequested) cancelServers(run);
      else startServers(run);
      setStatus(run);
      tellQuota(run);
      announceNews(run);
      tellTemporalUi(run);
      const isOver = () => haveAllEnded(run) && allHandlersFinished();
      if (isOver() && !run.changed) break;
      await condition(() => run.changed || isOver());
    }
    const { migrated, skipped, failed, cancelled } = run.servers.counts;
    announce(
      run,
      'end',
      `has ended: ${migrated} migrated, ${skipped} skipped, ${failed} failed, ${cancelled} cancelled`,
    );
    await condition(() => run.notifying === 0, '1m');
    await returnLease({ account: run.plan.account.id, batch: run.plan.name });
  });
  enter(run, 'ended');
  setCurrentDetails(batchDetails(progressOf(run)));
  if (state.cancelRequested) throw new CancelledFailure(`batch ${plan.name} was cancelled`);
  const { counts, total, waves, startedAt } = progressOf(run);
  return { batch: plan.name, counts, total, waves, startedAt, endedAt: new Date(Date.now()).toISOString() };
}

function listen(run: BatchRun): void {
  const { state } = run;
  setHandler(serverReported, (report) => {
    const { servers } = run;
    if (!servers.has(report.server)) return;
    if (report.kind === 'stoppedRunning' && report.end === 'Finished') measure(run, report.server);
    servers.report(report, Date.now());
    if (report.kind === 'wantsSlot' && report.refused) {
      run.refused = report.jobId ? 'running' : 'existing';
      run.holdUntil = Date.now() + refusalHoldMs;
      wakeAt(run, run.holdUntil);
    }
    run.changed = true;
  });
  setHandler(leaseGranted, (lease) => {
    if (takeLease(state.holding, lease)) run.holdUntil = 0;
    run.changed = true;
  });
  setHandler(progressQuery, () => progressOf(run));
  setHandler(journalQuery, () => state.journal);
  setHandler(serversQuery, ({ offset = 0, limit = 500, phases, names }) => {
    const { servers, plan } = run;
    const all = names ? names.filter((name) => servers.has(name)) : plan.servers.map(({ name }) => name);
    const matching = phases ? all.filter((name) => phases.includes(servers.phaseOf(name))) : all;
    return {
      total: matching.length,
      servers: matching.slice(offset, offset + limit).map((name) => servers.view(name, state.measured)),
    };
  });
  setHandler(explainQuery, ({ server }) => {
    if (!run.servers.has(server)) throw new Error(`the batch has no server '${server}'`);
    const cap = usableSlots(state.holding, run.plan.policy.maxConcurrent);
    return explainServer(run, server, slotReason(run, cap), Date.now());
  });
  takeOrders(run, {
    cancelServer: (name) => cancelServer(run, name),
    cutOverServer: (name) => cutOverServer(run, name),
    replacePlan: (next) => replacePlan(run, next),
  });
  CancellationScope.current().cancelRequested.catch(() => {
    if (!state.cancelRequested) note(state, 'Temporal', 'cancellation of the workflow was requested');
    state.cancelRequested = true;
    run.changed = true;
  });
}

/** How long it took, for its size: what the estimates of the others are made of. */
function measure({ state }: BatchRun, name: string): void {
  const record = state.records[name];
  const diskGiB = state.diskGiB[name];
  if (record?.phase !== 'migrating' || (record.starts ?? 1) > 1 || !record.startedAt || !diskGiB) return;
  state.measured.seconds += (Date.now() - record.startedAt) / 1000;
  state.measured.diskGiB += diskGiB;
}

/** Finds the sources; what is done already is skipped, what cannot be migrated at all is failed. */
async function survey(run: BatchRun, plan: Plan, names?: ReadonlySet<string>): Promise<void> {
  const { state } = run;
  const asked = plan.servers
    .filter(({ name }) => !names || names.has(name))
    .map(({ name, sourceId, sourceName }) => ({ name, sourceId, sourceName }));
  if (asked.length === 0) return;
  const surveyed = await surveySourceServers({ batch: plan.name, servers: asked }).catch((error: unknown) => {
    throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error;
  });
  // Asked last: what ended while the account was read is in here.
  const { running, migrated } = await findEarlierServers({ batch: plan.name });
  const isRunning = new Set(running);
  const justMigrated = new Map(migrated.map(({ server, imageId }) => [server, imageId]));
  const endedAt = Date.now();
  if (!names) state.surveyedAt = endedAt;
  for (const { name, sourceId, diskGiB, done, jobId, error } of surveyed) {
    if (sourceId) state.sourceIds[name] = sourceId;
    if (diskGiB !== undefined) state.diskGiB[name] = diskGiB;
    if (jobId) state.jobIds[name] = jobId;
    const base = { round: 0, endedAt, sourceId };
    const note = (batch: string) => `migrated in batch '${batch}'`;
    if (isRunning.has(name)) {
      // Round 0: it takes the word of a workflow that we did not start.
      state.records[name] = { round: 0, startedAt: endedAt, sourceId, phase: 'migrating', jobId };
    } else if (error) {
      state.records[name] = { ...base, phase: 'failed', error };
    } else if (done) {
      state.records[name] = { ...base, phase: 'skipped', note: note(done.batch), imageId: done.image };
    } else if (justMigrated.has(name)) {
      state.records[name] = {
        ...base,
        phase: 'skipped',
        note: note(plan.name),
        imageId: justMigrated.get(name),
      };
    }
  }
  for (const { name, sourceId } of plan.servers) if (sourceId) delete state.sourceIds[name];
  run.servers = new BatchServers(plan, state.records, state.diskGiB);
}

/** Servers that are new are looked up before the plan takes effect; those that are gone leave nothing behind. */
async function replacePlan(run: BatchRun, next: Plan): Promise<void> {
  const { state } = run;
  const added = new Set(next.servers.map(({ name }) => name).filter((name) => !run.servers.has(name)));
  await CancellationScope.nonCancellable(() => survey(run, next, added));
  const kept = new Set(next.servers.map(({ name }) => name));
  for (const name of Object.keys(state.records)) if (!kept.has(name)) delete state.records[name];
  run.plan = next;
  run.servers = new BatchServers(next, state.records, state.diskGiB);
  run.limitsChanged = true;
}

/** Nothing more starts; what runs is stopped and cleaned up. */
function cancelServers(run: BatchRun): void {
  const { plan, state, servers } = run;
  if (state.cancelSent) return;
  state.cancelSent = true;
  run.startable = 0;
  for (const { name } of plan.servers) {
    const phase = servers.phaseOf(name);
    if (phase === 'waiting')
      servers.set(name, { round: 0, ...state.records[name], phase: 'cancelled', endedAt: Date.now() });
    else if (!isEnded(phase)) cancelServer(run, name);
  }
}

/** Tells the account's quota what this batch needs, when that has changed in a way the quota must know. */
function tellQuota(run: BatchRun): void {
  if (run.reporting) return;
  const report = nextReport(run);
  if (!report) return;
  run.refused = undefined;
  run.limitsChanged = false;
  run.reporting = true;
  void reportLease({ account: run.plan.account.id, report }).finally(() => {
    run.reporting = false;
    run.changed = true;
  });
}

function setStatus(run: BatchRun): void {
  const { state, plan, servers } = run;
  const stopped = stopReason(plan, servers, state.gates);
  const hasWork = servers.counts.waiting > 0;
  const status: BatchStatus = state.cancelRequested
    ? 'cancelling'
    : stopped && hasWork
      ? 'stopped'
      : state.gates.paused.batch
        ? 'paused'
        : 'running';
  if (status === 'stopped' && run.status !== 'stopped')
    announce(run, 'stopped', `stopped: ${stopped?.reason}`);
  enter(run, status);
}

/** The phase is what the Temporal UI's list can be filtered by. */
function enter(run: BatchRun, status: BatchStatus): void {
  if (status === run.status) return;
  run.status = status;
  const value = status === 'ended' && run.state.cancelRequested ? 'cancelled' : status;
  upsertSearchAttributes([{ key: smcPhase, value }]);
}

function tellTemporalUi(run: BatchRun): void {
  if (Date.now() - run.detailsAt < detailsMs) return;
  run.detailsAt = Date.now();
  setCurrentDetails(batchDetails(progressOf(run)));
}

const haveAllEnded = ({ servers }: BatchRun) => servers.waves.every(({ total, ended }) => ended === total);

/** Nothing is on its way that the next run would not hear of. */
const isQuiet = ({ starting, reporting, notifying }: BatchRun) =>
  starting === 0 && !reporting && notifying === 0 && allHandlersFinished();

const isHistoryLong = () =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > historyLimit;

const progressOf = (run: BatchRun): BatchProgress => batchProgress(run, Date.now());
