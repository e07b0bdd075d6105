import type { Plan } from '../src/plan';
import type { BatchState } from './batch';
import { type BatchServers, type ServerRecord, slotsOf } from './batch-servers';
import { usableSlots } from './lease';
import { type BatchProgress, type BatchStatus, type ServerPhase, serverPhases } from './messages';

/** The batch in one screen, as the `progress` query gives it. */
export function batchProgress(
  plan: Plan,
  servers: BatchServers,
  state: BatchState,
  status: BatchStatus,
  isHeld: boolean,
): BatchProgress {
  const open = servers.openWave();
  const cap = usableSlots(state.holding, plan.policy.maxConcurrent);
  return {
    batch: plan.name,
    status,
    startedAt: new Date(state.startedAt).toISOString(),
    counts: { ...servers.counts },
    total: plan.servers.length,
    waves: servers.waves.map((wave) => ({
      name: wave.name,
      total: wave.total,
      ended: wave.ended,
      failed: wave.failed,
      state: wave.ended === wave.total ? 'ended' : wave === open ? 'open' : 'waiting',
    })),
    slots: { held: { ...state.holding.held }, inUse: { ...servers.inUse }, cap },
    waiting:
      servers.counts.waiting + servers.counts.queued === 0
        ? undefined
        : waitingReason(servers, state, status, cap, isHeld),
  };
}

function waitingReason(
  { inUse }: BatchServers,
  { holding }: BatchState,
  status: BatchStatus,
  cap: BatchProgress['slots']['cap'],
  isHeld: boolean,
): string | undefined {
  if (status === 'surveying') return 'the source servers are being looked up';
  if (status === 'cancelling') return undefined;
  if (isHeld) return 'the account has refused a job for its quota; its jobs are being counted again';
  if (!holding.told || holding.lease.seq === 0) return "the account's quota has not answered yet";
  if (inUse.running >= cap.running) return `all ${cap.running} running slots of this batch are in use`;
  if (inUse.existing >= cap.existing) return `all ${cap.existing} jobs this batch may have exist`;
  return 'the wave before must end first';
}

/** What the Temporal UI shows on the batch's page, in Markdown. */
export function batchDetails(progress: BatchProgress, records: Record<string, ServerRecord>): string {
  const { counts, slots, waves, waiting } = progress;
  const ended = waves.reduce((sum, wave) => sum + wave.ended, 0);
  const shown = serverPhases.filter((phase: ServerPhase) => counts[phase] > 0);
  const leftovers = Object.values(records).filter(
    (record) => 'leftover' in record && slotsOf(record).existing > 0,
  ).length;
  return [
    `**${ended} of ${progress.total} servers ended** (${progress.status})`,
    '',
    `| ${shown.join(' | ')} |`,
    `| ${shown.map(() => '---').join(' | ')} |`,
    `| ${shown.map((phase) => counts[phase]).join(' | ')} |`,
    '',
    `Jobs existing ${slots.inUse.existing} of ${slots.cap.existing}, running ${slots.inUse.running} of ${slots.cap.running}.`,
    ...(waiting ? [`Waiting: ${waiting}.`] : []),
    ...(leftovers > 0 ? [`${leftovers} jobs were left in the account.`] : []),
    '',
    '| wave | state | ended | failed |',
    '| --- | --- | --- | --- |',
    ...waves.map(
      (wave) => `| ${wave.name} | ${wave.state} | ${wave.ended} of ${wave.total} | ${wave.failed} |`,
    ),
  ].join('\n');
}
