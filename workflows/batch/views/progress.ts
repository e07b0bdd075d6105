import type { BatchProgress, WaitingReason, WaveProgress, WebhookTrouble } from '../../contract/views';
import { waveGate } from '../gates/gates';
import { leasedSlots, quotaInForce } from '../lease/lease-use';
import type { Batch } from '../state';
import { outcomeOf, statusOf } from '../status';
import { accountTrouble } from '../telling/account-trouble';
import { estimatedEnd } from './estimate';
import { nextForBatch } from './next-order';
import { heldBack, heldBackAgain, slotReason, surveyed } from './waiting-reason';

/** The batch in one screen, as the `progress` query gives it. */
export function batchProgress(batch: Batch, now: number): BatchProgress {
  const { state, index } = batch;
  const status = statusOf(batch, now);
  const quota = quotaInForce(batch);
  const waves = index.waves.map((_, i) => waveProgress(batch, i, now));
  const waiting = waitingReason(batch, waves, now);
  return {
    batch: state.plan.name,
    status,
    outcome: outcomeOf(batch),
    changesPlan: state.planChange ? true : undefined,
    accountTrouble: accountTrouble(state.account),
    startedAt: new Date(state.startedAt).toISOString(),
    counts: { ...index.counts },
    total: state.plan.servers.length,
    earlier: index.earlier || undefined,
    declared: index.declared || undefined,
    waves,
    slots: {
      held: { ...state.holding.held },
      inUse: { ...index.inUse },
      cap: leasedSlots(batch),
      quota: { existing: quota.jobs, running: quota.running },
    },
    quotaTrouble: state.holding.lease.trouble,
    waiting: waiting?.reason,
    waitingCode: waiting?.kind,
    next: nextForBatch(batch, now),
    leftovers: index.leftovers,
    strayJobs: index.strays.existing,
    estimatedEnd: status === 'running' ? estimatedEnd(batch, now) : undefined,
    webhook: webhookTrouble(batch, now),
  };
}

function webhookTrouble({ state }: Batch, now: number): WebhookTrouble | undefined {
  const { trouble, unsent, dropped, notBefore, leftTo } = state.news;
  if (!trouble) return undefined;
  return {
    unsent: unsent.length,
    leftTo,
    dropped,
    reason: trouble.reason,
    since: new Date(trouble.since).toISOString(),
    nextAttemptAt: !leftTo && unsent.length > 0 && notBefore > now ? notBefore : undefined,
  };
}

function waveProgress({ state, index }: Batch, wave: number, now: number): WaveProgress {
  const { name, total, ended, failed, waiting } = index.waves[wave]!;
  // Before the survey has ended nobody knows whether the gates can be judged.
  const closed =
    waiting > 0 && state.stage !== 'surveying'
      ? waveGate(state.plan, index, state.gates, wave, now)
      : undefined;
  return {
    name,
    total,
    ended,
    failed,
    state: ended === total ? 'ended' : closed ? 'waiting' : 'open',
    closed: closed?.reason,
    closedCode: closed?.kind,
  };
}

/** Why nothing more starts right now; the first wave that has servers waiting speaks for the batch. */
function waitingReason(batch: Batch, waves: WaveProgress[], now: number): WaitingReason | undefined {
  const { state, index, demand } = batch;
  const status = statusOf(batch, now);
  if (status === 'surveying') return surveyed;
  if (status === 'waiting for cut-over')
    return {
      kind: 'cutOver',
      reason: 'its incremental servers have been synced and wait for their cut-over',
    };
  if (index.counts.waiting + index.counts.queued === 0 || status === 'cancelling' || status === 'ended')
    return undefined;
  const isOpen = waves.some(
    (wave, i) => wave.state === 'open' && !wave.closed && index.waves[i]!.waiting > 0,
  );
  const closed = waves.findIndex((wave) => wave.closed);
  if (!isOpen && closed >= 0) {
    const gate = waveGate(state.plan, index, state.gates, closed, now)!;
    // A wave that waits its turn: what holds back the one before it says more.
    return (gate.kind === 'order' ? heldBackAgain(batch, now) : undefined) ?? gate;
  }
  const nothingCouldStart = demand.startable + demand.startableAgain === 0;
  // The walk over all that wait only where the slots do not say it: the Temporal UI is told each second.
  return nothingCouldStart
    ? (heldBack(batch, now) ?? slotReason(batch, now))
    : (slotReason(batch, now) ?? heldBack(batch, now));
}
