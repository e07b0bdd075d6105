import { condition, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { smcBatchCommand } from '../../src/text';
import type { BatchEvent } from '../contract/batch-event';
import { newsWorkflowId } from '../contract/ids';
import { addNews, newsDelivered, newsFailed, openFailureNews } from '../news/news';
import { webhook, webhookFailure } from '../news/webhook';
import { deliverNews } from '../news/workflow';
import { accountAnnouncement, checkAccount } from './account-trouble';
import { type BatchRun, note, wakeAt } from './run';

/** What a batch's end waits at most for its last messages. */
const lastChance = '10s';

/** Writes what the batch did by itself into its journal and keeps it for the operators' webhook. */
export function announce(run: BatchRun, kind: BatchEvent['kind'], what: string, failures?: number): void {
  note(run.state, 'smc-batch', what);
  addNews(run.state.news, { batch: run.plan.name, at: Date.now(), kind, what, failures });
}

/**
 * Sends what is kept for the webhook, one message after the other, beside all else: nothing waits for it, and a run
 * that takes over begins with what has not been confirmed.
 */
export async function sendNews(run: BatchRun): Promise<void> {
  const { news } = run.state;
  for (;;) {
    await condition(() => news.unsent.length > 0);
    if (news.notBefore > Date.now()) await condition(() => run.isEnding, news.notBefore - Date.now());
    // Once there is trouble, the end of the batch does not try again: another workflow will.
    if (run.newsHandedOver || (run.isEnding && news.failedRounds > 0)) return;
    const item = news.unsent[0]!;
    run.newsOnItsWay = item;
    const { failures, ...event } = item;
    const failure = await webhook(item.what, { maximumAttempts: 3 })
      .notify(event)
      .then(() => undefined, webhookFailure);
    run.newsOnItsWay = undefined;
    if (!failure) {
      if (newsDelivered(news, item, Date.now()))
        note(run.state, 'smc-batch', 'the webhook takes messages again');
    } else if (newsFailed(news, item, failure, Date.now())) {
      const then = failure.isFinal ? 'this message is not sent again' : 'messages are kept and sent again';
      note(run.state, 'smc-batch', `${failure.reason}; ${then}`);
    }
    run.changed = true;
  }
}

/** At the end: what a webhook that is away has not taken soon is left to a workflow of its own. */
export async function handOverNews(run: BatchRun): Promise<void> {
  const { news } = run.state;
  const isDone = () => news.unsent.length === 0;
  await condition(() => isDone() || news.failedRounds > 0, lastChance);
  if (isDone()) return;
  run.newsHandedOver = newsWorkflowId(run.plan.name, workflowInfo().runId);
  const unsent = news.unsent.map(({ failures, ...event }) => event);
  await startChild(deliverNews, {
    workflowId: run.newsHandedOver,
    args: [{ unsent }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${unsent.length} messages of batch ${run.plan.name} for the webhook`,
  });
}

/** Tells once that the account refuses calls, and once that it no longer does. */
export function announceAccount(run: BatchRun, isLast = false): void {
  const { account } = run.state;
  const now = Date.now();
  const lookAgainAt = checkAccount(account, now);
  const what = accountAnnouncement(account, now, isLast);
  if (what) announce(run, 'account', what);
  else if (lookAgainAt !== undefined) wakeAt(run, Math.max(lookAgainAt, now + 1));
}

/** Looks for what operators want to hear of, once each: waves that ended, gates that wait, servers that failed. */
export function announceNews(run: BatchRun): void {
  const { state, servers, plan } = run;
  const { announced } = state;
  for (const [i, wave] of servers.waves.entries()) {
    const { name, after } = plan.waves[i]!;
    const others = servers.waves.slice(0, i).every(({ ended, synced, total }) => ended + synced === total);
    if (
      after === 'approval' &&
      others &&
      wave.ended < wave.total &&
      !state.gates.approvedWaves.includes(name)
    ) {
      once(announced.waiting, name, () =>
        announce(
          run,
          'gate',
          `wave '${name}' waits for approval: ${smcBatchCommand('approve', [plan.name, name])}`,
        ),
      );
    }
    if (wave.ended === wave.total && wave.total > 0 && plan.waves.length > 1) {
      once(announced.ended, name, () =>
        announce(
          run,
          'wave',
          `wave '${name}' has ended: ${wave.total - wave.failed} of ${wave.total} without failure`,
        ),
      );
    }
  }
  tellFailures(run);
}

/** One message for all that failed since the last one: a bad night must not become a flood. */
function tellFailures(run: BatchRun): void {
  const { announced, news, journal } = run.state;
  const { failed } = run.servers.counts;
  if (failed <= announced.failures) return;
  const more = failed - announced.failures;
  announced.failures = failed;
  const said = (count: number) =>
    `${count} more servers have failed, ${failed} in all: ${smcBatchCommand('report', [run.plan.name])}`;
  const open = openFailureNews(news, run.newsOnItsWay);
  if (!open) {
    announce(run, 'failure', said(more), more);
    return;
  }
  // It has not gone out yet: what it says, here and in the journal, grows.
  const entry = journal.findLast(({ what }) => what === open.what);
  open.failures = (open.failures ?? 0) + more;
  open.what = said(open.failures);
  open.at = Date.now();
  if (entry) Object.assign(entry, { what: open.what, at: open.at });
}

/** SMC ends what is not cut over by then, whatever has been synced. */
export function announceExpiry(
  run: BatchRun,
  { server, jobId, at }: { server: string; jobId: string; at: number },
): void {
  const { plan, servers } = run;
  const cutOver =
    servers.server(server).job.runOnce === false
      ? `: ${smcBatchCommand('cutover', [plan.name, server])}`
      : '';
  announce(
    run,
    'expiry',
    `${server}: SMC lets its replication job ${jobId} live until ${new Date(at).toISOString()}, and no longer${cutOver}`,
  );
}

function once(list: string[], name: string, say: () => void): void {
  if (list.includes(name)) return;
  list.push(name);
  say();
}
