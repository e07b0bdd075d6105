import type { Decision } from '../../../workflows/batch/decide';
import { lostReport, receivedReport } from '../../../workflows/batch/lease';
import {
  endCheckOf,
  migrationInput,
  takeEndCheck,
  takeNameInUse,
  takeNamesake,
  takeStarted,
} from '../../../workflows/batch/server-workflow';
import { sendAgain, takeDelivery, type Wish } from '../../../workflows/batch/wishes';
import type { LeaseReport } from '../../../workflows/contract/quota-messages';
import { newsDelivered, newsFailed } from '../../../workflows/news/news';
import { carried } from '../clock/carried';
import type { BatchHost } from './batch-host';
import { breakOffSurvey, lookForStrays, lookUpServers, survey } from './looks';

/** Does what was decided, as `workflows/batch/carry-out.ts` does; what becomes of it is heard later, or never. */
export function carryOut(host: BatchHost, decision: Decision): void {
  const { wishes, report, surveys, cancelsSurvey, lookUp, strays, endCheck, news, wakeAt } = decision;
  for (const one of wishes) {
    if (one.kind === 'start') startServer(host, { ...one });
    else sendOrder(host, { ...one });
  }
  if (surveys) survey(host);
  if (cancelsSurvey) breakOffSurvey(host);
  if (lookUp) lookUpServers(host, lookUp);
  if (strays) host.process('stray look', lookForStrays(host, strays), () => undefined);
  if (endCheck) checkEnds(host, endCheck);
  if (report) reportLease(host, report);
  if (news) sendNews(host);
  host.wake(wakeAt);
}

/** A start is made within the task at hand: one that is repeated is not much later. */
const mostStartMs = 3_000;

function startServer(host: BatchHost, sent: Wish): void {
  const { workflows, around } = host.near;
  const { server } = sent;
  const { batch } = host;
  const input = migrationInput(batch, server);
  const { round } = input;
  host.ask(
    'start',
    () => {
      if (around.random.chance(host.chances.fails)) return 'failed';
      const started = workflows.start(carried(input));
      // Its answer may be lost, too.
      return around.random.chance(host.chances.fails) ? 'failed' : started;
    },
    (started) => {
      if (started === 'failed') {
        around.count('start failed');
        host.hear((_, now) => sendAgain(batch, server, 'start', now));
        return;
      }
      if (started) {
        around.count('server started');
        host.hear(() => takeStarted(batch, server, round, started.runId));
        return;
      }
      around.count('name in use');
      let asks = false;
      host.hear((_, now) => {
        asks = takeNameInUse(batch, sent, round, now);
      });
      if (asks)
        host.ask(
          'namesake',
          () => workflows.namesake(input.batch, server),
          (found) => host.hear((_, now) => takeNamesake(batch, server, round, found, now)),
        );
    },
    mostStartMs,
  );
}

function sendOrder(host: BatchHost, sent: Wish): void {
  const { workflows, around } = host.near;
  const { batch } = host;
  const { server, kind } = sent;
  const { runId, round, grantedRequest = 0 } = batch.index.record(server);
  const grant = {
    slotRequest: grantedRequest,
    round: round || undefined,
    wantsStartAccepted: batch.state.hold !== undefined,
  };
  host.ask(
    kind,
    () => {
      const workflow = workflows.running(host.name, server);
      const isMet = workflow && (runId === undefined || workflow.runId === runId);
      if (!isMet || around.random.chance(host.chances.fails)) return false;
      around.count(kind);
      if (kind === 'cancel') workflow.cancel();
      else if (kind === 'cutOver') workflow.cutOver();
      else workflow.grant(grant);
      return true;
    },
    (isDelivered) => host.hear((_, now) => takeDelivery(batch, sent, isDelivered, now)),
  );
}

function checkEnds(host: BatchHost, names: readonly string[]): void {
  const { workflows, around } = host.near;
  const { batch } = host;
  const question = endCheckOf(batch, names);
  const servers = [...question.records.keys()];
  if (servers.length === 0) {
    host.hear((_, now) => takeEndCheck(batch, question, [], now));
    return;
  }
  around.count('ask after');
  host.ask(
    'ask after',
    () => workflows.ended(host.name, servers, question.standings),
    (found) => host.hear((_, now) => takeEndCheck(batch, question, found, now)),
  );
}

function reportLease(host: BatchHost, report: LeaseReport): void {
  const { around, quota } = host.near;
  host.ask(
    'lease report',
    () => {
      if (around.random.chance(host.chances.fails)) return false;
      quota().report(report);
      if (around.random.chance(Math.max(0.03, host.chances.fails)))
        around.clock.after(around.random.whole(0, 30_000), 'lease report repeated', () => {
          around.count('lease report repeated');
          quota().report(report);
        });
      return !around.random.chance(host.chances.fails);
    },
    (isReceived) =>
      host.hear(({ state }) => {
        if (!isReceived) around.count('lease report lost');
        state.holding = isReceived ? receivedReport(state.holding, {}) : lostReport(state.holding);
      }),
  );
}

function sendNews(host: BatchHost): void {
  const { around } = host.near;
  host.ask(
    'news',
    () => around.random.chance(1 - host.chances.fails),
    (isDelivered) =>
      host.hear(({ state }, now) => {
        if (isDelivered) newsDelivered(state.news, now);
        else newsFailed(state.news, { reason: 'away', isFinal: false }, now);
      }),
  );
}
