import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  type CancellationScope,
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  sleep,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { PlannedServer } from '../../src/plan';
import { smcFailureOf } from '../contract/failure';
import { serverWorkflowId } from '../contract/ids';
import type { LeaseReport } from '../contract/quota-messages';
import { smcBatch, smcPhase, smcServer } from '../contract/search-attributes';
import { endOfFailure } from '../contract/server-end';
import { cutOverRequested, slotGranted } from '../contract/server-messages';
import type { ServerMigration } from '../contract/server-migration';
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
  endedWithoutResult,
  migrationInput,
  takeEndCheck,
  takeNameInUse,
  takeNamesake,
  takeStarted,
} from './server-workflow';
import { type Batch, note } from './state';
import { takeReport } from './take-report';
import { batchProgress } from './views/progress';
import { batchDetails } from './views/temporal-ui';
import { takeDelivery, type Wish } from './wishes';

/** One run of the batch's workflow: the batch, and what lives only as long as this run. */
export interface BatchRun {
  readonly batch: Batch;
  /** Something has changed: the loop decides again. */
  mustDecide: boolean;
  /** An order has come since the last decision. */
  hasOrder: boolean;
  /** The reason why the batch cannot begin. */
  failure?: unknown;
  /** Servers whose workflow this run has started: Temporal tells it their end. */
  readonly children: Set<string>;
  /** The survey, which a cancel ends. */
  readonly survey: CancellationScope;
  /** When the details for the Temporal UI were last written. */
  detailsAt: number;
  /** Wakes the loop at a time. */
  wake(at: number | undefined): void;
}

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
  for (const one of wishes) {
    if (one.kind === 'start') void startServer(run, { ...one });
    else void sendOrder(run, { ...one });
  }
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

/** Starts the workflow of a server. It outlives this run of the batch, and reports by signal. */
async function startServer(run: BatchRun, sent: Wish): Promise<void> {
  const { batch } = run;
  const { server } = sent;
  const input = migrationInput(batch, server);
  const { wave, sourceName } = batch.index.planOf(server);
  const { sourceId, round } = input;
  run.children.add(server);
  try {
    const child = await startChild<ServerMigration>('serverMigration', {
      workflowId: serverWorkflowId(input.batch, server),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      typedSearchAttributes: [
        { key: smcBatch, value: input.batch },
        { key: smcServer, value: server },
        { key: smcPhase, value: 'running' },
      ],
      memo: { sourceId, wave, ...(sourceName && { sourceName }) },
      staticSummary: `${server} (${sourceId}), wave ${wave}`,
    });
    hear(run, () => takeStarted(batch, server, round, child.firstExecutionRunId));
    void watchEnd(run, server, round, child.result());
  } catch (error) {
    run.children.delete(server);
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    let asks = false;
    hear(run, (_, now) => {
      asks = takeNameInUse(batch, sent, round, now);
    });
    if (!asks) return;
    const found = await batchCalls(`who runs as ${server}`).findNamesake({ batch: input.batch, server });
    hear(run, (_, now) => takeNamesake(batch, server, round, found, now));
  }
}

/**
 * Takes the end of a server's workflow: it is the server's end, even when its report was lost. Of a workflow that was cancelled
 * Temporal tells nothing more: the report has told it, or it is asked for.
 */
async function watchEnd(
  run: BatchRun,
  server: string,
  round: number,
  result: ReturnType<ServerMigration>,
): Promise<void> {
  const ended = await result.catch(
    (error: unknown) =>
      endOfFailure(error) ?? {
        outcome: 'failed' as const,
        error: endedWithoutResult(run.batch.state.plan.name, String((error as Error).message)),
      },
  );
  run.children.delete(server);
  if (ended.outcome === 'cancelled') return;
  hear(run, (batch, now) => takeReport(batch, { kind: 'ended', server, round, result: ended }, now));
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

/** Asks Temporal whether workflows of servers have ended. It leaves out those that this run has started: their ends come by themselves. */
async function checkEnds(run: BatchRun, names: readonly string[]): Promise<void> {
  const { batch } = run;
  const question = endCheckOf(
    batch,
    names.filter((name) => !run.children.has(name)),
  );
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
    const receipt = await batchCalls(`wants ${existing} jobs, ${running} running`).reportLease({
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
