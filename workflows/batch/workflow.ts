import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Plan } from '../../src/plan';
import { smcBatchCommand } from '../../src/text';
import { leaseAsked, leaseGranted } from '../contract/quota-messages';
import { smcPhase } from '../contract/search-attributes';
import { accountNews, serverReported } from '../contract/server-messages';
import {
  type Asked,
  type BatchProgress,
  type BatchStatus,
  explainQuery,
  journalQuery,
  leftPlanQuery,
  progressQuery,
  serversQuery,
} from '../contract/views';
import { takeAccountNews } from './account-trouble';
import { batchCalls } from './activities';
import { type CarriedBatch, carriedBatch, unpackedBatch } from './carried-batch';
import { reconcileNowAndThen } from './children';
import { announce, announceAccount, announceExpiry, announceNews, handOverNews, sendNews } from './events';
import { explainServer } from './explain';
import { stopReason } from './gates';
import { releasedHold, takeAsk, takeLease, usableSlots } from './lease';
import { isBeingLookedUp, lookUpAgain } from './look-ups';
import { takeOrders } from './orders';
import { batchDetails, batchProgress } from './progress';
import { noteQuotaNews, tellQuota } from './quota';
import { type BatchRun, newBatchState, note } from './run';
import { startServers } from './schedule';
import { cancelServers, sendWishes, wish } from './send-wishes';
import { isGrantedAlready } from './server-record';
import { BatchServers } from './servers';
import { takeLastStock, takeStock, takeStockNowAndThen } from './stray-jobs';
import { survey, takeOverRunning } from './survey';

/** A batch begins with its plan; over Continue-As-New it carries all that it knows. */
export type BatchInput = { plan: Plan } | { carried: CarriedBatch };

/** What a batch leaves behind as its workflow's result; the servers one by one are a query. */
export type BatchResult = Pick<BatchProgress, 'batch' | 'counts' | 'total' | 'waves' | 'startedAt'> & {
  endedAt: string;
};

/** Well below Temporal's own suggestion: a short history is quick to replay after a worker's death. */
const historyLimit = 1_000;
/** The Temporal UI's details cost as much as the plan is long: not at every report. */
const detailsMs = 1_000;

/**
 * Migrates every server of the plan, wave after wave, in a window as wide as the account's lease and the policy
 * allow. Each server is a child workflow that outlives this run and reports by signal, so that the window stays full
 * over Continue-As-New. It returns when every server has ended, however it ended.
 */
export async function batch(input: BatchInput): Promise<BatchResult> {
  const carried = 'carried' in input;
  const { plan, state } = carried
    ? unpackedBatch(input.carried)
    : { plan: input.plan, state: newBatchState() };
  const run: BatchRun = {
    plan,
    state,
    servers: new BatchServers(plan, state.records, state.diskGiB, state.stock.strays),
    status: carried ? 'running' : 'surveying',
    taskQueue: workflowInfo().taskQueue,
    changed: true,
    startable: 0,
    startableWithJob: 0,
    startableAgain: 0,
    starting: new Set(),
    sending: new Set(),
    reporting: false,
    limitsChanged: false,
    isEnding: false,
    early: [],
    isLookingUp: false,
    detailsAt: 0,
    watched: new Set(),
  };
  listen(run);

  // A failure here fails the batch: nothing has been started yet.
  if (!carried) {
    try {
      await survey(run, plan);
      await takeStock(run);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      state.cancelRequested = true;
      await CancellationScope.nonCancellable(() => takeOverRunning(run));
    }
  }

  await CancellationScope.nonCancellable(async () => {
    void reconcileNowAndThen(run);
    void takeStockNowAndThen(run);
    void sendNews(run);
    for (;;) {
      run.changed = false;
      // Nothing new is begun, so that what is under way can be confirmed: under load there would be no gap otherwise.
      const isClosing = isHistoryLong();
      if (isClosing && isQuiet(run))
        await continueAsNew<typeof batch>({ carried: carriedBatch(run.plan, state) });
      if (state.cancelRequested) cancelServers(run);
      else if (!isClosing) {
        lookUpAgain(run);
        startServers(run);
      }
      // Orders to servers do not wait for the next run: what keeps this one may last.
      sendWishes(run);
      setStatus(run);
      if (!isClosing) {
        tellQuota(run);
        announceAccount(run);
        announceNews(run);
      }
      tellTemporalUi(run);
      const isOver = () => haveAllEnded(run) && allHandlersFinished();
      if (isOver() && !run.changed) break;
      await condition(() => run.changed || isOver() || (isClosing && isQuiet(run)));
    }
    run.isEnding = true;
    await takeLastStock(run);
    announceAccount(run, true);
    announce(run, 'end', `has ended: ${ending(run)}`);
    const { account, name } = run.plan;
    // A report that came after it would take the lease once more.
    await condition(() => !run.reporting, '1m');
    const { leftovers, strays } = run.servers;
    const left = { existing: leftovers + strays.existing, running: strays.running };
    await batchCalls(account.id).returnLease({ account: account.id, batch: name, left });
    await handOverNews(run);
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
    if (!servers.has(report.server) && !run.changing) return;
    if (isBeingLookedUp(run, report.server)) {
      run.early.push(report);
      return;
    }
    if (report.kind === 'stoppedRunning' && report.end === 'Finished') measure(run, report.server);
    const before = state.records[report.server];
    servers.report(report, Date.now());
    if (isGrantedAlready(report, before)) wish(run, report.server, 'grant');
    if (report.kind === 'expires' && state.records[report.server] !== before) announceExpiry(run, report);
    // It asks again now and then, with the refusal it has had.
    const isNews = state.records[report.server] !== before;
    noteQuotaNews(run, report, isNews);
    run.changed = true;
  });
  setHandler(accountNews, (news) => {
    takeAccountNews(state.account, news, Date.now());
    run.changed = true;
  });
  setHandler(leaseGranted, (lease) => {
    const { holding, grows } = takeLease(state.holding, lease, state.creation);
    state.holding = holding;
    if (grows) state.hold = releasedHold(state.hold, Date.now());
    run.changed = true;
  });
  setHandler(leaseAsked, ({ epoch }) => {
    state.holding = takeAsk(state.holding, epoch);
    // At once: others wait for the answer, and a survey may take long.
    tellQuota(run);
    run.changed = true;
  });
  setHandler(progressQuery, (asked) => batchProgress(run, timeOf(asked)));
  setHandler(journalQuery, () => state.journal);
  setHandler(leftPlanQuery, () => state.leftPlan);
  setHandler(serversQuery, ({ offset = 0, limit = 500, phases, names }) => {
    const { servers, plan } = run;
    const all = names ? names.filter((name) => servers.has(name)) : plan.servers.map(({ name }) => name);
    const matching = phases ? all.filter((name) => phases.includes(servers.phaseOf(name))) : all;
    return {
      total: matching.length,
      servers: matching.slice(offset, offset + limit).map((name) => servers.view(name, state.measured)),
    };
  });
  setHandler(explainQuery, ({ server, ...asked }) => {
    if (!run.servers.has(server)) throw new Error(`the batch has no server '${server}'`);
    const cap = usableSlots(state.holding, run.plan.policy.maxConcurrent);
    return explainServer(run, server, cap, timeOf(asked));
  });
  takeOrders(run, {
    cancelServer: (name) => wish(run, name, 'cancel'),
    cutOverServer: (name) => wish(run, name, 'cutOver'),
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

/** How it went, and what stays in the account and goes on being billed. */
function ending({ plan, servers }: BatchRun): string {
  const { migrated, skipped, failed, cancelled } = servers.counts;
  const left = servers.leftovers + servers.strays.existing;
  const reminder =
    left > 0
      ? `; ${left} jobs left, billed until they are deleted: ${smcBatchCommand('cleanup', [plan.name])}`
      : '';
  return `${migrated} migrated, ${skipped} skipped, ${failed} failed, ${cancelled} cancelled${reminder}`;
}

function setStatus(run: BatchRun): void {
  const { state, plan, servers } = run;
  const stopped = stopReason(plan, servers, state.gates);
  const hasWork = servers.counts.waiting > 0 || servers.hasRestarts();
  const status: BatchStatus = state.cancelRequested
    ? 'cancelling'
    : stopped && hasWork
      ? 'stopped'
      : state.gates.paused.batch
        ? 'paused'
        : 'running';
  const isKnown = state.announced.isStopped;
  state.announced.isStopped = status === 'stopped';
  if (status === 'stopped' && !isKnown) announce(run, 'stopped', `stopped: ${stopped?.reason}`);
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
const isQuiet = ({ starting, sending, reporting }: BatchRun) =>
  starting.size === 0 && sending.size === 0 && !reporting && allHandlersFinished();

const isHistoryLong = () =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > historyLimit;

const timeOf = (asked?: Asked) => Math.max(Date.now(), asked?.at ?? 0);

const progressOf = (run: BatchRun): BatchProgress => batchProgress(run, Date.now());
