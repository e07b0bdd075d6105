import { smcBatchCommand } from '../../src/text';
import type { Slots } from '../contract/slots';
import { type BatchProgress, serverPhases, type WaveProgress, type WebhookTrouble } from '../contract/views';
import { accountTrouble, accountTroubleLine } from './account-trouble';
import { estimatedEnd } from './estimate';
import { waveGate } from './gates';
import { usableSlots } from './lease';
import type { BatchRun } from './run';
import { heldBack, heldBackAgain, slotReason } from './waiting-reason';

/** The batch in one screen, as the `progress` query gives it. */
export function batchProgress(run: BatchRun, now: number): BatchProgress {
  const { plan, state, servers, status } = run;
  const cap = usableSlots(state.holding, plan.policy.maxConcurrent);
  const waves = servers.waves.map((_, i) => waveProgress(run, i, now));
  return {
    batch: plan.name,
    status,
    changesPlan: run.changing ? true : undefined,
    accountTrouble: accountTrouble(state.account),
    startedAt: new Date(state.startedAt).toISOString(),
    counts: { ...servers.counts },
    total: plan.servers.length,
    waves,
    slots: { held: { ...state.holding.held }, inUse: { ...servers.inUse }, cap },
    quotaTrouble: state.holding.lease.trouble,
    waiting: waitingReason(run, waves, cap, now),
    leftovers: servers.leftovers,
    strayJobs: servers.strays.existing,
    estimatedEnd: status === 'running' ? estimatedEnd(servers, cap.running, state.measured, now) : undefined,
    webhook: webhookTrouble(run, now),
  };
}

function webhookTrouble({ state, newsHandedOver }: BatchRun, now: number): WebhookTrouble | undefined {
  const { trouble, unsent, dropped, notBefore } = state.news;
  if (!trouble) return undefined;
  return {
    unsent: unsent.length,
    leftTo: newsHandedOver,
    dropped,
    reason: trouble.reason,
    since: new Date(trouble.since).toISOString(),
    nextAttemptAt: !newsHandedOver && unsent.length > 0 && notBefore > now ? notBefore : undefined,
  };
}

function waveProgress({ plan, state, servers, status }: BatchRun, index: number, now: number): WaveProgress {
  const { name, total, ended, failed } = servers.waves[index]!;
  const hasWaiting = servers.waves[index]!.waiting.some((server) => servers.phaseOf(server) === 'waiting');
  // Before the survey has ended nobody knows whether the gates can be judged.
  const closed =
    hasWaiting && status !== 'surveying' ? waveGate(plan, servers, state.gates, index, now) : undefined;
  return {
    name,
    total,
    ended,
    failed,
    state: ended === total ? 'ended' : closed ? 'waiting' : 'open',
    closed: closed?.reason,
  };
}

/** Why nothing more starts right now; the first wave that has servers waiting speaks for the batch. */
function waitingReason(run: BatchRun, waves: WaveProgress[], cap: Slots, now: number): string | undefined {
  const { servers, status } = run;
  if (status === 'surveying') return 'the source servers are being looked up';
  if (servers.counts.waiting + servers.counts.queued === 0 || status === 'cancelling' || status === 'ended')
    return undefined;
  const isOpen = waves.some(
    ({ state, closed }, i) => state === 'open' && !closed && servers.waves[i]!.waiting.length > 0,
  );
  const closed = waves.findIndex((wave) => wave.closed);
  if (!isOpen && closed >= 0) {
    const { kind, reason } = waveGate(run.plan, servers, run.state.gates, closed, now)!;
    // A wave that waits its turn: what holds back the one before it says more.
    return (kind === 'order' ? heldBackAgain(run, now) : undefined) ?? reason;
  }
  const nothingCouldStart = run.startable + run.startableAgain === 0;
  // The walk over all that wait only where the slots do not say it: the Temporal UI is told each second.
  return nothingCouldStart
    ? (heldBack(run, now) ?? slotReason(run, cap, now))
    : (slotReason(run, cap, now) ?? heldBack(run, now));
}

/** What the Temporal UI shows on the batch's page, in Markdown. */
export function batchDetails(progress: BatchProgress): string {
  const { counts, slots, waves, waiting, leftovers } = progress;
  const ended = waves.reduce((sum, wave) => sum + wave.ended, 0);
  const shown = serverPhases.filter((phase) => counts[phase] > 0);
  return [
    ...(progress.accountTrouble ? [`**${accountTroubleLine(progress.accountTrouble)}**`, ''] : []),
    `**${ended} of ${progress.total} servers ended** (${progress.status})`,
    '',
    `| ${shown.join(' | ')} |`,
    `| ${shown.map(() => '---').join(' | ')} |`,
    `| ${shown.map((phase) => counts[phase]).join(' | ')} |`,
    '',
    `Jobs existing ${slots.inUse.existing} of ${slots.cap.existing}, running ${slots.inUse.running} of ${slots.cap.running}.`,
    ...(progress.estimatedEnd ? [`Estimated end: ${new Date(progress.estimatedEnd).toISOString()}.`] : []),
    ...(waiting ? [`Waiting: ${waiting}.`] : []),
    ...(progress.webhook ? [`Webhook: ${progress.webhook.reason}.`] : []),
    ...(progress.quotaTrouble
      ? [
          `Jobs of others could not be counted: ${progress.quotaTrouble.code}: ${progress.quotaTrouble.message}.`,
        ]
      : []),
    ...(leftovers > 0
      ? [`${leftovers} jobs were left in the account and keep their billed intermediate instances.`]
      : []),
    ...(progress.strayJobs > 0
      ? [
          `${progress.strayJobs} jobs of this batch belong to no server of its plan and count against its quota: ${smcBatchCommand('cleanup', [progress.batch])}`,
        ]
      : []),
    '',
    '| wave | state | ended | failed |',
    '| --- | --- | --- | --- |',
    ...waves.map(
      (wave) =>
        `| ${wave.name} | ${wave.closed ?? wave.state} | ${wave.ended} of ${wave.total} | ${wave.failed} |`,
    ),
  ].join('\n');
}
