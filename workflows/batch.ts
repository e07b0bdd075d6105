import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Plan } from '../src/plan';
import { batchDetails, batchProgress } from './batch-progress';
import { BatchServers, isEnded, type ServerRecord } from './batch-servers';
import { serverWorkflowId } from './ids';
import { type LeaseHolding, nextReport, noLease, takeLease, usableSlots } from './lease';
import {
  type BatchProgress,
  type BatchStatus,
  leaseGranted,
  progressQuery,
  type Slots,
  serverReported,
  serversQuery,
  slotGranted,
} from './messages';
import { smcBatch, smcPhase, smcServer } from './search-attributes';
import { serverMigration } from './server-migration';

export interface BatchInput {
  plan: Plan;
  /** Carried over Continue-As-New. */
  state?: BatchState;
}

/** All that a batch knows beside its plan. */
export interface BatchState {
  startedAt: number;
  /** Names this batch among all that ever ran under its name: its creations are its own. */
  creation: string;
  records: Record<string, ServerRecord>;
  /** The source of a server that the plan names by its name only. */
  sourceIds: Record<string, string>;
  diskGiB: Record<string, number>;
  holding: LeaseHolding;
  cancelRequested: boolean;
  cancelSent: boolean;
}

/** What a batch leaves behind as its workflow's result; the servers one by one are a query. */
export type BatchResult = Pick<BatchProgress, 'batch' | 'counts' | 'total' | 'waves' | 'startedAt'> & {
  endedAt: string;
};

const { surveySourceServers, reportLease, returnLease, findEndedServers } = proxyActivities<Activities>({
  heartbeatTimeout: '20s',
  startToCloseTimeout: '1h',
});

/** Well below Temporal's own suggestion: a short history is quick to replay after a worker's death. */
const historyLimit = 1_500;
/** After the API has refused a job for its quota, nothing is started for so long, or until a new lease comes. */
const refusalHoldMs = 15_000;
const reconcileMs = 60_000;

/**
 * Migrates every server of the plan, wave after wave, in a window as wide as the account's lease and the policy
 * allow. Each server is a child workflow that outlives this run and reports by signal, so that the window stays full
 * over Continue-As-New. It returns when every server has ended, however it ended.
 */
export async function batch({ plan, state: carried }: BatchInput): Promise<BatchResult> {
  const state = carried ?? newState();
  const servers = new BatchServers(plan, state.records, state.diskGiB);
  const run: Run = {
    plan,
    state,
    servers,
    status: carried ? 'running' : 'surveying',
    changed: true,
    holdUntil: 0,
    starting: 0,
    reporting: false,
    watched: new Set(),
  };
  listen(run);

  // A failure here fails the batch: nothing has been started yet.
  if (!carried) await survey(run);

  await CancellationScope.nonCancellable(async () => {
    void reconcileNowAndThen(run);
    for (;;) {
      run.changed = false;
      setStatus(run);
      if (state.cancelRequested) cancelServers(run);
      else startServers(run);
      tellQuota(run);
      setCurrentDetails(batchDetails(progressOf(run), state.records));
      if (haveAllEnded(run)) break;
      if (isHistoryLong() && run.starting === 0 && !run.reporting) {
        await condition(allHandlersFinished);
        if (!run.changed) await continueAsNew<typeof batch>({ plan, state });
      } else {
        await condition(() => run.changed);
      }
    }
    await condition(allHandlersFinished);
    await returnLease({ account: plan.account.id, batch: plan.name });
  });
  run.status = 'ended';
  upsertSearchAttributes([{ key: smcPhase, value: state.cancelRequested ? 'cancelled' : 'ended' }]);
  setCurrentDetails(batchDetails(progressOf(run), state.records));
  if (state.cancelRequested) throw new CancelledFailure(`batch ${plan.name} was cancelled`);
  const { counts, total, waves, startedAt } = progressOf(run);
  return { batch: plan.name, counts, total, waves, startedAt, endedAt: new Date(Date.now()).toISOString() };
}

/** One run of the batch's workflow: the state that is carried on, and what lives only as long as this run. */
interface Run {
  readonly plan: Plan;
  readonly state: BatchState;
  readonly servers: BatchServers;
  status: BatchStatus;
  /** Something happened: the loop goes round once more. */
  changed: boolean;
  holdUntil: number;
  /** Children whose start Temporal has not confirmed. */
  starting: number;
  /** A report to the quota is on its way. */
  reporting: boolean;
  refused?: keyof Slots;
  /** Servers whose workflow this run started: Temporal tells us their end. */
  readonly watched: Set<string>;
}

function newState(): BatchState {
  return {
    startedAt: Date.now(),
    creation: workflowInfo().firstExecutionRunId,
    records: {},
    sourceIds: {},
    diskGiB: {},
    holding: noLease(),
    cancelRequested: false,
    cancelSent: false,
  };
}

function listen(run: Run): void {
  const { state, servers } = run;
  setHandler(serverReported, (report) => {
    if (!servers.has(report.server)) return;
    servers.report(report, Date.now());
    if (report.kind === 'wantsSlot' && report.refused) {
      run.refused = report.jobId ? 'running' : 'existing';
      run.holdUntil = Date.now() + refusalHoldMs;
      void wakeAfter(run, refusalHoldMs);
    }
    run.changed = true;
  });
  setHandler(leaseGranted, (lease) => {
    if (takeLease(state.holding, lease)) run.holdUntil = 0;
    run.changed = true;
  });
  setHandler(progressQuery, () => progressOf(run));
  setHandler(serversQuery, ({ offset = 0, limit = 500, phases, names }) => {
    const all = names ? names.filter((name) => servers.has(name)) : run.plan.servers.map(({ name }) => name);
    const matching = phases ? all.filter((name) => phases.includes(servers.phaseOf(name))) : all;
    return {
      total: matching.length,
      servers: matching.slice(offset, offset + limit).map((name) => servers.view(name)),
    };
  });
  CancellationScope.current().cancelRequested.catch(() => {
    state.cancelRequested = true;
    run.changed = true;
  });
}

/** Finds the sources; what is done already is skipped, what cannot be migrated at all is failed. */
async function survey({ plan, state, servers }: Run): Promise<void> {
  const asked = plan.servers.map(({ name, sourceId, sourceName }) => ({ name, sourceId, sourceName }));
  const surveyed = await surveySourceServers({ servers: asked }).catch((error: unknown) => {
    throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error;
  });
  const now = Date.now();
  for (const { name, sourceId, diskGiB, done, error } of surveyed) {
    if (sourceId && servers.server(name).sourceId === undefined) state.sourceIds[name] = sourceId;
    if (diskGiB !== undefined) state.diskGiB[name] = diskGiB;
    const base = { round: 0, endedAt: now, sourceId };
    if (error) servers.set(name, { ...base, phase: 'failed', error });
    else if (done) servers.set(name, { ...base, phase: 'skipped', batch: done.batch, imageId: done.image });
  }
  servers.sortWaiting();
}

/** Hands free slots out: first to servers that wait for one once more, then to the next ones of the open wave. */
function startServers(run: Run): void {
  const { servers, state, plan } = run;
  if (Date.now() < run.holdUntil) return;
  const cap = usableSlots(state.holding, plan.policy.maxConcurrent);
  const { inUse } = servers;
  for (const name of servers.queued) {
    if (inUse.running >= cap.running) return;
    const record = state.records[name];
    if (record?.phase !== 'queued' || (!record.jobId && inUse.existing >= cap.existing)) continue;
    grant(run, name, record);
  }
  const wave = servers.openWave();
  while (wave && wave.waiting.length > 0 && inUse.existing < cap.existing && inUse.running < cap.running) {
    startServer(run, wave.waiting.shift()!);
  }
}

function grant(run: Run, name: string, record: ServerRecord & { phase: 'queued' }): void {
  const { phase, need, error, ...kept } = record;
  const starts = record.jobId && error?.code.startsWith('QuotaExceeded') ? record.starts : record.starts + 1;
  run.servers.set(name, { ...kept, phase: 'migrating', starts });
  // Lost when the server has just ended: its end is on its way to us.
  void getExternalWorkflowHandle(serverWorkflowId(run.plan.name, name))
    .signal(slotGranted, { need })
    .catch(() => undefined);
}

function startServer(run: Run, name: string): void {
  const { plan, state, servers } = run;
  const planned = servers.server(name);
  const sourceId = planned.sourceId ?? state.sourceIds[name]!;
  const round = (state.records[name]?.round ?? 0) + 1;
  servers.set(name, { phase: 'migrating', round, startedAt: Date.now(), sourceId, starts: 1 });
  const { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure } = plan.policy;

  run.starting++;
  startChild(serverMigration, {
    workflowId: serverWorkflowId(plan.name, name),
    args: [
      {
        batch: plan.name,
        server: name,
        round,
        sourceId,
        creation: `${plan.name}/${state.creation}/${name}/${round}`,
        job: planned.job,
        policy: { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure },
      },
    ],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    typedSearchAttributes: [
      { key: smcBatch, value: plan.name },
      { key: smcServer, value: name },
      { key: smcPhase, value: 'creating' },
    ],
    memo: { sourceId, wave: planned.wave },
    staticSummary: `${name} (${sourceId}), wave ${planned.wave}`,
  })
    .then(
      (child) => watchEnd(run, name, round, child.result()),
      (error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        // It runs since an earlier run of this batch was terminated; it will report to us. Round 0 takes its word.
        servers.set(name, { phase: 'migrating', round: 0, startedAt: Date.now(), sourceId, starts: 1 });
      },
    )
    .finally(() => {
      run.starting--;
      run.changed = true;
    });
}

/** The last word on a server is its workflow's result, also where its report was lost. */
function watchEnd(run: Run, server: string, round: number, result: ReturnType<typeof serverMigration>): void {
  run.watched.add(server);
  result
    .catch((error: unknown) => ({
      outcome: 'failed' as const,
      error: workflowFailure(String((error as Error).message)),
    }))
    .then((result) => {
      run.watched.delete(server);
      run.servers.report({ kind: 'ended', server, round, result }, Date.now());
      run.changed = true;
    });
}

const workflowFailure = (message: string) => ({
  code: 'WorkflowEnded',
  message: `its workflow ended without a result: ${message}`,
  remedy: 'Its replication job may still be in the account: see smc-batch cleanup, then retry the server.',
});

/** Asks after servers that no workflow of this run watches: one that was terminated would hold its slot for ever. */
async function reconcileNowAndThen(run: Run): Promise<void> {
  const { plan, state, servers } = run;
  for (;;) {
    await sleep(reconcileMs, { summary: 'until servers started by earlier runs are asked after' });
    const unwatched = Object.keys(state.records).filter(
      (name) =>
        !run.watched.has(name) && !isEnded(servers.phaseOf(name)) && servers.phaseOf(name) !== 'waiting',
    );
    if (unwatched.length === 0) continue;
    for (const { server, result } of await findEndedServers({ batch: plan.name, servers: unwatched })) {
      const ended = result ?? { outcome: 'failed' as const, error: workflowFailure('terminated') };
      servers.report(
        { kind: 'ended', server, round: state.records[server]!.round, result: ended },
        Date.now(),
      );
      run.changed = true;
    }
  }
}

/** Cancels what runs; each server stops and cleans up its job before it reports its end. */
function cancelServers(run: Run): void {
  const { plan, state, servers } = run;
  if (state.cancelSent) return;
  state.cancelSent = true;
  const now = Date.now();
  for (const { name } of plan.servers) {
    const phase = servers.phaseOf(name);
    if (phase === 'waiting') {
      servers.set(name, { round: 0, ...state.records[name], phase: 'cancelled', endedAt: now });
    } else if (!isEnded(phase)) {
      void getExternalWorkflowHandle(serverWorkflowId(plan.name, name))
        .cancel()
        .catch(() => undefined);
    }
  }
}

/** Tells the account's quota what this batch needs, when that has changed in a way the quota must know. */
function tellQuota(run: Run): void {
  const { plan, state, servers } = run;
  if (run.reporting) return;
  const report = nextReport(state.holding, servers, plan, run.refused, state.cancelRequested);
  if (!report) return;
  run.refused = undefined;
  run.reporting = true;
  void reportLease({ account: plan.account.id, report }).finally(() => {
    run.reporting = false;
    run.changed = true;
  });
}

async function wakeAfter(run: Run, ms: number): Promise<void> {
  await sleep(ms, { summary: 'after a refused job' });
  run.changed = true;
}

function setStatus(run: Run): void {
  const status = run.state.cancelRequested
    ? 'cancelling'
    : run.status === 'surveying'
      ? 'running'
      : run.status;
  if (status === run.status) return;
  run.status = status;
  upsertSearchAttributes([{ key: smcPhase, value: status }]);
}

const haveAllEnded = ({ servers }: Run) => servers.waves.every(({ total, ended }) => ended === total);

const isHistoryLong = () =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > historyLimit;

function progressOf(run: Run): BatchProgress {
  const { plan, state, servers, status } = run;
  return batchProgress(plan, servers, state, status, Date.now() < run.holdUntil);
}
