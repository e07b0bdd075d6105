import TinyQueue from 'tinyqueue';
import { byName } from '../../src/text';
import type { Slots } from '../contract/slots';
import { noNews } from '../news/news';
import { decide } from './decide';
import { estimatedSeconds, likelyEnd } from './servers/estimate';
import { hasWorkflow, type ServerRecord } from './servers/server-record';
import { type Batch, type BatchState, batchOf } from './state';
import { accountInOrder } from './telling/account-trouble';
import { withdraw } from './wishes';

/** How a batch would go on if nothing failed and every approval came at once. Times in milliseconds since the epoch. */
export interface Forecast {
  /** When the last server ends, or is synced; undefined when some server cannot start by itself. */
  endAt?: number;
  /** Servers that are under way, or will be. */
  servers: Map<string, { startAt: number; endAt: number }>;
  /** The most slots in use at any time. */
  peak: Slots;
}

/** Gives the seconds that the whole migration of a server takes. */
export type SecondsOf = (name: string) => number;

/** Makes the forecast by the same decisions as the batch itself, on a copy of its state with simulated time. */
export function forecast(state: BatchState, now: number, secondsOf = measuredSeconds(state)): Forecast {
  const batch = batchOf(imagined(state));
  const { index } = batch;
  const servers: Forecast['servers'] = new Map();
  const ends = new TinyQueue<{ name: string; at: number }>([], (a, b) => a.at - b.at);
  const begin = (name: string, startAt: number, endAt: number) => {
    servers.set(name, { startAt, endAt });
    ends.push({ name, at: endAt });
  };
  for (const name of index.withWorkflow) {
    const record = index.record(name);
    if (record.phase !== 'queued' && record.phase !== 'synced')
      begin(name, record.startedAt ?? now, imaginedEnd(record, secondsOf(name), now));
  }
  const peak: Slots = { existing: 0, running: 0 };
  for (let time = now; ; ) {
    const decision = decide(batch, time);
    for (const { server } of decision.wishes) {
      withdraw(batch.state, server);
      begin(server, time, time + secondsOf(server) * 1000);
    }
    // Decides again while wishes are left: only so many are sent at once.
    if (Object.keys(batch.state.wishes).length > 0) continue;
    peak.existing = Math.max(peak.existing, index.inUse.existing);
    peak.running = Math.max(peak.running, index.inUse.running);
    const next = Math.min(
      ends.peek()?.at ?? Number.POSITIVE_INFINITY,
      decision.wakeAt ?? Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) return { servers, peak, endAt: isDone(batch) ? time : undefined };
    time = Math.max(time, next);
    for (let end = ends.peek(); end && end.at <= time; end = ends.peek())
      endServer(batch, ends.pop()!.name, time);
  }
}

/** Gives the seconds of a server by its size, and by what the batch has measured so far. */
export const measuredSeconds =
  ({ servers, measured }: Pick<BatchState, 'servers' | 'measured'>): SecondsOf =>
  (name) =>
    estimatedSeconds(servers[name]?.diskGiB, measured);

/** A copy of the state for a forecast: without reports, look-ups and refusals, and with every approval. */
function imagined(state: BatchState): BatchState {
  const servers = byName<ServerRecord>();
  for (const { name } of state.plan.servers) {
    const record = state.servers[name]!;
    const { sourceId = name } = record;
    servers[name] =
      record.phase === 'waiting'
        ? { ...record, sourceId, lookUp: undefined, notBefore: undefined, isMoved: undefined }
        : record;
  }
  const { gates, announced, plan } = state;
  return {
    ...state,
    stage: 'running',
    servers,
    wishes: byName(),
    holding: { ...state.holding, reportOnItsWay: {} },
    hold: undefined,
    account: accountInOrder(),
    gates: { ...gates, approvedWaves: plan.waves.map(({ name }) => name) },
    lookUp: { isLooking: true },
    planChange: undefined,
    strays: { ...state.strays, isLooking: true },
    endCheck: { isAsking: true },
    journal: [],
    announced: { ...announced, waiting: [...announced.waiting], ended: [...announced.ended] },
    news: { ...noNews(), isSending: true },
  };
}

/** One that takes longer than it should will not end at once: the longer it has taken, the longer it is given. */
function imaginedEnd(record: ServerRecord, seconds: number, now: number): number {
  if (record.phase === 'finishing') return now;
  const end = likelyEnd(record, seconds, now) ?? now + seconds * 1000;
  const leastMs = seconds * 50;
  return end > now
    ? Math.max(end, now + leastMs)
    : now + Math.max(leastMs, (now - (record.startedAt ?? now)) / 10);
}

function endServer({ index }: Batch, name: string, now: number): void {
  const record = index.record(name);
  if (!hasWorkflow(record)) return;
  const { round, sourceId } = record;
  const isSynced = index.planOf(name).job.runOnce === false && (record.starts ?? 1) <= 1;
  index.set(
    name,
    isSynced
      ? { round, sourceId, phase: 'synced', jobId: '' }
      : { round, sourceId, phase: 'migrated', jobId: '', endedAt: now },
  );
}

/** Whether every server has ended or is synced; the time of a cut-over is not known. */
const isDone = ({ index }: Batch) =>
  index.waves.every(({ total, ended, synced }) => ended + synced === total);
