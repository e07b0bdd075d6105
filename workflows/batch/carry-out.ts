import {
  ApplicationFailure,
  type CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ServerStart } from '../../activities/workflows/start-servers';
import type { PlannedServer } from '../../src/plan';
import { counted } from '../../src/text';
import { smcFailureOf } from '../contract/failure';
import { serverWorkflowId } from '../contract/ids';
import type { LeaseReport } from '../contract/quota-messages';
import { smcPhase } from '../contract/search-attributes';
import { cutOverRequested, slotGranted } from '../contract/server-messages';
import { type NewsItem, newsDelivered, newsFailed } from '../news/news';
import { webhook, webhookFailure } from '../news/webhook';
import { batchCalls, earlierServers, lookUp, unknownTimeZones } from './activities';
import type { Decision } from './decide';
import { lostReport, receivedReport } from './lease';
import {
  takeFindings,
  takeLookUp,
  takeLookUpTrouble,
  takeOverRunning,
  takeSurveyEnd,
} from './looks/findings';
import { type StrayLook, strayLook, takeStrays, takeStrayTrouble } from './looks/strays';
import {
  endCheckOf,
  migrationInput,
  takeEndCheck,
  takeNameInUse,
  takeNamesake,
  takeStarted,
} from './server-workflow';
import { type Batch, note } from './state';
import { batchProgress } from './views/progress';
import { batchDetails } from './views/temporal-ui';
import { sendAgain, takeDelivery, type Wish } from './wishes';

/** One run of the batch's workflow: the batch, and what lives only as long as this run. */
export interface BatchRun {
  readonly batch: Batch;
  /** Something has changed: the loop decides again. */
  mustDecide: boolean;
  /** An order has come since the last decision. */
  hasOrder: boolean;
  /** The reason why the batch cannot begin. */
  failure?: unknown;
  /** The survey, which a cancel ends. */
  readonly survey: CancellationScope;
  /** The length of the history at the last decision. */
  decidedAt: number;
  /** When the details for the Temporal UI were last written. */
  detailsAt: number;
  /** Wakes the loop at a time. */
  wake(at: number | undefined): void;
}

/** The most servers that are started by one activity. */
const mostStarts = 50;
/** The least time between two writes of the details for the Temporal UI: their cost grows with the plan. */
const detailsMs = 1_000;
/** A report to the quota that has failed is made again after so long. */
const lostReportMs = 5_000;

/** Changes the state, and lets the loop decide again. */
export function hear(run: BatchRun, take: (batch: Batch, now: number) => void): void {
  take(run.batch, Date.now());
  run.mustDecide = true;
}

/** Carries out a decision. It waits for nothing: the results come later, by `hear`. */
export function carryOut(run: BatchRun, decision: Decision): void {
  const { wishes, report, surveys, cancelsSurvey, strays, endCheck, news, status } = decision;
  const starts = wishes.filter(({ kind }) => kind === 'start').map((one) => ({ ...one }));
  for (let i = 0; i < starts.length; i += mostStarts) void startServers(run, starts.slice(i, i + mostStarts));
  for (const one of wishes) if (one.kind !== 'start') void sendOrder(run, { ...one });
  if (surveys) void survey(run);
  if (cancelsSurvey) run.survey.cancel();
  if (decision.lookUp) void lookUpServers(run, decision.lookUp);
  if (strays) void lookForStrays(run, strays);
  if (endCheck) void checkEnds(run, endCheck);
  if (report) void reportLease(run, report);
  if (news) void sendNews(run, news);
  if (status) upsertSearchAttributes([{ key: smcPhase, value: status }]);
  tellTemporalUi(run);
  run.wake(decision.wakeAt);
}

/**
 * Starts the workflows of servers. They outlive this run of the batch, and report by signal. Never within the task at hand: a worker may
 * die in it, and before the task is made again an order may come after which these servers are not started, while their
 * workflows run.
 */
async function startServers(run: BatchRun, sent: readonly Wish[]): Promise<void> {
  const { batch } = run;
  const starts = sent.map(({ server }) => startOf(batch, server));
  const started = await batchCalls(counted(starts.length, 'server')).startServers({ starts });
  const namesakes: { wish: Wish; round: number }[] = [];
  hear(run, (_, now) => {
    for (const [i, wish] of sent.entries()) {
      const { round } = starts[i]!.input;
      const answer = started[i]!;
      if (answer === 'failed') sendAgain(batch, wish.server, 'start', now);
      else if (answer !== 'nameInUse') takeStarted(batch, wish.server, round, answer.runId);
      else if (takeNameInUse(batch, wish, round, now)) namesakes.push({ wish, round });
    }
  });
  for (const { wish, round } of namesakes) void askNamesake(run, wish.server, round);
}

/** The start of a server's workflow. It is the same at each try. */
function startOf(batch: Batch, server: string): ServerStart {
  const { wave, sourceName } = batch.index.planOf(server);
  return { input: migrationInput(batch, server), wave, sourceName };
}

/** Asks the workflow that has a server's name what it is. */
async function askNamesake(run: BatchRun, server: string, round: number): Promise<void> {
  const { batch } = run;
  const found = await batchCalls(`who runs as ${server}`).findNamesake({
    batch: batch.state.plan.name,
    server,
  });
  hear(run, (_, now) => takeNamesake(batch, server, round, found, now));
}

async function sendOrder(run: BatchRun, sent: Wish): Promise<void> {
  const { batch } = run;
  const { server, kind } = sent;
  const { runId, round, grantedRequest = 0 } = batch.index.record(server);
  // The run id makes sure that no workflow of another round gets the order. An adopted workflow has no known run id.
  const workflow = getExternalWorkflowHandle(serverWorkflowId(batch.state.plan.name, server), runId);
  const grant = {
    slotRequest: grantedRequest,
    round: round || undefined,
    wantsStartAccepted: batch.state.hold !== undefined,
  };
  const isDelivered = await (kind === 'cancel'
    ? workflow.cancel()
    : kind === 'cutOver'
      ? workflow.signal(cutOverRequested)
      : workflow.signal(slotGranted, grant)
  ).then(
    () => true,
    () => false,
  );
  hear(run, (_, now) => takeDelivery(batch, sent, isDelivered, now));
}

/** Makes the survey. When it fails, the batch fails: nothing was started yet. */
async function survey(run: BatchRun): Promise<void> {
  const { batch } = run;
  const { plan } = batch.state;
  try {
    await run.survey.run(async () => {
      const unknown = await unknownTimeZones(plan);
      if (unknown) throw ApplicationFailure.nonRetryable(unknown, 'TimeZoneUnknown');
      const findings = await lookUp(plan, plan.servers);
      takeFindings(batch, plan, findings, Date.now());
      const look = strayLook(batch);
      takeStrays(batch, look, await findJobs(batch, look), Date.now());
    });
  } catch (error) {
    if (!isCancellation(error)) {
      hear(run, () => {
        run.failure = error;
      });
      return;
    }
    const asked = plan.servers.map(({ name, sourceId }) => ({ name, sourceId }));
    takeOverRunning(batch, await earlierServers(plan.name, asked), Date.now());
  }
  hear(run, takeSurveyEnd);
}

async function lookUpServers(run: BatchRun, servers: readonly PlannedServer[]): Promise<void> {
  const { plan } = run.batch.state;
  try {
    const findings = await lookUp(plan, servers);
    hear(run, (batch, now) => takeLookUp(batch, plan, findings, now));
  } catch (error) {
    hear(run, (batch, now) => takeLookUpTrouble(batch, smcFailureOf(error), now));
  }
}

const findJobs = ({ state }: Batch, { expected }: StrayLook) =>
  batchCalls('all jobs with its tags').findJobsOfBatch({ batch: state.plan.name, expected });

/** Reads all jobs of the batch in the account, and takes the result. */
export async function lookForStrays(run: BatchRun, look: StrayLook): Promise<void> {
  try {
    const found = await findJobs(run.batch, look);
    hear(run, (batch, now) => takeStrays(batch, look, found, now));
  } catch (error) {
    hear(run, (batch, now) => takeStrayTrouble(batch, smcFailureOf(error), now));
  }
}

/** Asks Temporal whether workflows of servers have ended without a report. */
async function checkEnds(run: BatchRun, names: readonly string[]): Promise<void> {
  const { batch } = run;
  const question = endCheckOf(batch, names);
  const servers = [...question.records.keys()];
  const { name } = batch.state.plan;
  const found =
    servers.length > 0
      ? await batchCalls().findEndedServers({ batch: name, servers, joined: [...question.standings] })
      : [];
  hear(run, (_, now) => takeEndCheck(batch, question, found, now));
}

async function reportLease(run: BatchRun, report: LeaseReport): Promise<void> {
  const { state } = run.batch;
  const { existing, running } = report.demand;
  try {
    const receipt = await batchCalls(`wants ${counted(existing, 'job')}, ${running} running`).reportLease({
      account: state.plan.account.id,
      report,
    });
    hear(run, () => {
      state.holding = receivedReport(state.holding, receipt);
    });
  } catch {
    await sleep(lostReportMs, { summary: "until the next report to the account's quota" });
    hear(run, () => {
      state.holding = lostReport(state.holding);
    });
  }
}

async function sendNews(run: BatchRun, { failures, ...event }: NewsItem): Promise<void> {
  const { state } = run.batch;
  const failure = await webhook(event.what, { maximumAttempts: 3 })
    .notify(event)
    .then(() => undefined, webhookFailure);
  hear(run, (_, now) => {
    if (!failure) {
      if (newsDelivered(state.news, now)) note(state, 'smc-batch', 'the webhook takes messages again', now);
    } else if (newsFailed(state.news, failure, now)) {
      const then = failure.isFinal ? 'this message is not sent again' : 'messages are kept and sent again';
      note(state, 'smc-batch', `${failure.reason}; ${then}`, now);
    }
  });
}

function tellTemporalUi(run: BatchRun): void {
  const now = Date.now();
  if (now - run.detailsAt < detailsMs) return;
  run.detailsAt = now;
  setCurrentDetails(batchDetails(batchProgress(run.batch, now)));
}
