import { counted, smcBatchCommand, verbOf } from '../../../src/text';
import type { BatchEvent } from '../../contract/batch-event';
import { notByThisRun } from '../../contract/figures/migrated-otherwise';
import { inUtc } from '../../in-utc';
import { openFailureNews } from '../../news/news';
import { type Batch, note } from '../state';
import { stoppedBy } from '../status';
import { accountAnnouncement, checkAccount } from './account-trouble';
import { keepNews } from './keep-news';
import { tellServerEnds } from './server-events';

/** Writes an event of the batch into its journal, and adds it to the messages for the webhook. */
export function announce(
  batch: Batch,
  kind: BatchEvent['kind'],
  what: string,
  now: number,
  failures?: number,
): void {
  note(batch.state, 'smc-batch', what, now);
  keepNews(batch, { batch: batch.state.plan.name, at: now, kind, what, failures }, now);
}

/** Announces once each: waves that have ended, gates that wait for approval, servers that have failed. */
export function announceEvents(batch: Batch, now: number): void {
  const { state, index } = batch;
  const { announced, plan, gates } = state;
  for (const [i, wave] of index.waves.entries()) {
    const { name, after } = plan.waves[i]!;
    const waits = after === 'approval' && wave.ended < wave.total && !gates.approvedWaves.includes(name);
    const others = index.waves.slice(0, i);
    if (waits && others.every(({ ended, synced, total }) => ended + synced === total))
      once(announced.waiting, name, () =>
        announce(
          batch,
          'gate',
          `wave '${name}' waits for approval: ${smcBatchCommand('approve', [plan.name, name])}`,
          now,
        ),
      );
    if (wave.ended === wave.total && wave.total > 0 && plan.waves.length > 1)
      once(announced.ended, name, () =>
        announce(
          batch,
          'wave',
          `wave '${name}' has ended: ${wave.total - wave.failed} of ${wave.total} without failure`,
          now,
        ),
      );
  }
  tellFailures(batch, now);
  tellServerEnds(batch, now);
}

/** Announces all failures since the last message in one message, so that there are not too many. */
function tellFailures(batch: Batch, now: number): void {
  const { announced, news, journal, plan } = batch.state;
  const { failed } = batch.index.counts;
  if (failed <= announced.failures) return;
  const more = failed - announced.failures;
  announced.failures = failed;
  const said = (count: number) =>
    `${counted(count, 'more server')} ${verbOf(count, 'has', 'have')} failed, ${failed} in all: ${smcBatchCommand('report', [plan.name])}`;
  const open = openFailureNews(news);
  if (!open) {
    announce(batch, 'failure', said(more), now, more);
    return;
  }
  // The last message is not sent yet: the new failures are added to it, and to its entry in the journal.
  const entry = journal.findLast(({ what }) => what === open.what);
  open.failures = (open.failures ?? 0) + more;
  open.what = said(open.failures);
  open.at = now;
  if (entry) Object.assign(entry, { what: open.what, at: open.at });
}

/** Announces once that too many failures have stopped the batch. */
export function announceStop(batch: Batch, now: number): void {
  const { announced } = batch.state;
  const isKnown = announced.isStopped;
  const gate = stoppedBy(batch);
  announced.isStopped = gate !== undefined;
  if (gate && !isKnown) announce(batch, 'stopped', `stopped: ${gate.reason}`, now);
}

/** Announces once that the account refuses calls, and once that it no longer does; gives the time of the next check. */
export function announceAccount(batch: Batch, now: number, isLast = false): number | undefined {
  const { account } = batch.state;
  const lookAgainAt = checkAccount(account, now);
  const what = accountAnnouncement(account, now, isLast);
  if (what) announce(batch, 'account', what, now);
  return what && !account.error ? undefined : lookAgainAt;
}

/** Announces that a job expires soon: SMC ends a job that is not cut over until then. */
export function announceExpiry(
  batch: Batch,
  { server, jobId, at }: { server: string; jobId: string; at: number },
  now: number,
): void {
  const { plan } = batch.state;
  const cutOver =
    batch.index.planOf(server).job.runOnce === false
      ? `: ${smcBatchCommand('cutover', [plan.name, server])}`
      : '';
  announce(
    batch,
    'expiry',
    `${server}: SMC lets its replication job ${jobId} live until ${inUtc(new Date(at).toISOString())}, and no longer${cutOver}`,
    now,
  );
}

/** Announces the end of the batch, and the jobs that stay in the account and are billed. */
export function announceEnd(batch: Batch, now: number): void {
  const { state, index } = batch;
  const { migrated, skipped, failed, cancelled } = index.counts;
  tellServerEnds(batch, now);
  const left = index.leftovers + index.strays.existing;
  const reminder =
    left > 0
      ? `; ${counted(left, 'job')} left, billed until ${verbOf(left, 'it is', 'they are')} deleted: ${smcBatchCommand('cleanup', [state.plan.name])}`
      : '';
  announce(
    batch,
    'end',
    `has ended: ${migrated} migrated${notByThisRun(index)}, ${skipped} skipped, ${failed} failed, ${cancelled} cancelled${reminder}`,
    now,
  );
}

function once(list: string[], name: string, say: () => void): void {
  if (list.includes(name)) return;
  list.push(name);
  say();
}
