import { billedMs } from '../../contract/figures/billed-instance';
import type { BatchFigures, WaveFigures } from '../../contract/figures/figures';
import { closingTime } from '../gates/time-window';
import { leasedSlots, quotaInForce } from '../lease/lease-use';
import { estimatedEndOf } from '../servers/estimate';
import { hasWorkflow, type ServerRecord } from '../servers/server-record';
import type { Batch } from '../state';
import { statusOf } from '../status';
import { estimatedEnd } from './estimate';
import { waitingReasons } from './waiting-reason';

/** The batch in numbers. It walks over all servers: whoever asks keeps the answer for a while. */
export function batchFigures(batch: Batch, now: number): BatchFigures {
  const { state, index } = batch;
  const { plan, account, news } = state;
  const status = statusOf(batch, now);
  const { jobs, running, changedAt } = quotaInForce(batch);
  return {
    batch: plan.name,
    account: plan.account.id,
    status,
    waves: waveFigures(batch, now),
    waiting: waitingFigures(batch, now),
    slots: { leased: leasedSlots(batch), inUse: { ...index.inUse } },
    quota: { jobs, running, changedAt },
    estimatedEnd: status === 'running' ? estimatedEnd(batch, now) : undefined,
    leftovers: index.leftovers,
    strayJobs: index.strays.existing,
    leftoverSeconds: leftoverSeconds(Object.values(state.servers), now),
    accountTrouble: account.error?.code,
    unsentMessages: news.unsent.length,
  };
}

function waveFigures({ state, index }: Batch, now: number): WaveFigures[] {
  const { waves, servers, policy } = state.plan;
  const figures = new Map<string, WaveFigures & { isUnderWay?: true }>(
    waves.map(({ name }) => [name, { name, phases: {} }]),
  );
  for (const server of servers) {
    const wave = figures.get(server.wave)!;
    const record = index.record(server.name);
    wave.phases[record.phase] = (wave.phases[record.phase] ?? 0) + 1;
    if (!hasWorkflow(record) || record.phase === 'synced') continue;
    wave.isUnderWay = true;
    const end = estimatedEndOf(record, state.measured, now);
    if (end !== undefined) wave.estimatedEnd = Math.max(wave.estimatedEnd ?? 0, end);
  }
  return waves.map(({ name, window }) => {
    const { isUnderWay, ...wave } = figures.get(name)!;
    if (!window || !isUnderWay) return wave;
    return { ...wave, windowClosesAt: closingTime(window, policy.lockoutDates, now) };
  });
}

function waitingFigures(batch: Batch, now: number): BatchFigures['waiting'] {
  const { index } = batch;
  const reasonOf = waitingReasons(batch, now);
  const counts: BatchFigures['waiting'] = {};
  for (const { name } of batch.state.plan.servers) {
    const phase = index.phaseOf(name);
    if (phase !== 'waiting' && phase !== 'queued') continue;
    const { kind } = reasonOf(name);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const leftoverSeconds = (records: ServerRecord[], now: number) =>
  records.reduce((sum, record) => sum + (billedMs(record, now) ?? 0) / 1000, 0);
