import TinyQueue from 'tinyqueue';
import { byName } from '../../src/text';
import type { Slots } from '../contract/slots';
import { noNews } from '../news/news';
import { decide } from './decide';
import type { LeaseHolding } from './lease';
import { estimatedCleanUp, estimatedSeconds, likelyEnd } from './servers/estimate';
import { hasWorkflow, type ServerRecord } from './servers/server-record';
import { type Batch, type BatchState, batchOf } from './state';
import { accountInOrder } from './telling/account-trouble';
import { withdraw } from './wishes';

export { type UnusualNight, unusualNights, windowAhead, zoneTime } from './gates/window-nights';

/** How a batch would go on if nothing failed and every approval came at once. Times in milliseconds since the epoch. */
export interface Forecast {
  /** When the last server ends, or is synced; undefined when some server cannot start by itself. */
  endAt?: number;
  /** Servers that are under way, or will be. */
  servers: Map<string, { startAt: number; endAt: number }>;
  /** The most slots in use at any time. */
  peak: Slots;
}

/** What servers take. */
export interface Lengths {
  /** Seconds of a server's job. */
  jobOf: (name: string) => number;
  /** Seconds from the end of a job to the end of its server: it holds no running slot any more. */
  cleanUp: number;
}

/** Makes the forecast by the same decisions as the batch itself, on a copy of its state with simulated time. */
export function forecast(
  state: BatchState,
  now: number,
  { jobOf, cleanUp }: Lengths = measuredLengths(state),
): Forecast {
  const batch = batchOf(imagined(state));
  const { index } = batch;
  const servers: Forecast['servers'] = new Map();
  const ends = new TinyQueue<{ name: string; at: number }>([], (a, b) => a.at - b.at);
  const cleanUpMs = cleanUp * 1000;
  const begin = (name: string, startAt: number, jobEndAt: number) => {
    servers.set(name, { startAt, endAt: jobEndAt + cleanUpMs });
    ends.push({ name, at: jobEndAt });
  };
  for (const name of index.withWorkflow) {
    const record = index.record(name);
    if (record.phase === 'finishing') {
      const endAt = Math.max(now, (record.stoppedRunningAt ?? now) + cleanUpMs);
      servers.set(name, { startAt: record.startedAt ?? now, endAt });
      ends.push({ name, at: endAt });
    } else if (record.phase !== 'queued' && record.phase !== 'synced')
      begin(name, record.startedAt ?? now, imaginedJobEnd(record, jobOf(name), now));
  }
  const peak: Slots = { existing: 0, running: 0 };
  for (let time = now; ; ) {
    const decision = decide(batch, time);
    for (const { server } of decision.wishes) {
      withdraw(batch.state, server);
      begin(server, time, time + jobOf(server) * 1000);
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
    for (let end = ends.peek(); end && end.at <= time; end = ends.peek()) {
      const { name, at } = ends.pop()!;
      if (endJob(batch, name, time, cleanUp) === 'cleaned up later') ends.push({ name, at: at + cleanUpMs });
    }
  }
}

/** By the sizes of the servers, and by what the batch has measured so far. */
export const measuredLengths = ({
  servers,
  measured,
}: Pick<BatchState, 'servers' | 'measured'>): Lengths => ({
  jobOf: (name) => estimatedSeconds(servers[name]?.diskGiB, measured),
  cleanUp: estimatedCleanUp(measured),
});

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
    holding: { ...imaginedHolding(state.holding), reportOnItsWay: {} },
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

/** A quota that has granted all that was asked for grants more when a later wave asks for it. */
export function imaginedHolding(holding: LeaseHolding): LeaseHolding {
  const { lease, lastReport, held } = holding;
  const { quota } = lease;
  if (!quota || !lastReport || lease.contended) return holding;
  const isMet = lease.running >= lastReport.demand.running && lease.existing >= lastReport.demand.existing;
  if (!isMet || lease.running === 0) return holding;
  const grown = (slots: Slots) => ({
    existing: Math.max(slots.existing, quota.jobs),
    running: Math.max(slots.running, quota.running),
  });
  return { ...holding, lease: { ...lease, ...grown(lease) }, held: grown(held) };
}

/** One that takes longer than estimated is given a quarter more each time: so the end stays put in between. */
function imaginedJobEnd(record: ServerRecord, seconds: number, now: number): number {
  for (let length = Math.max(1, seconds); ; length *= 1.25) {
    const end = likelyEnd(record, length, now) ?? now + length * 1000;
    if (end > now) return end;
  }
}

/** Ends a server's job, or its clean-up; a job of an incremental server is synced. */
function endJob(
  { index }: Batch,
  name: string,
  now: number,
  cleanUp: number,
): 'cleaned up later' | undefined {
  const record = index.record(name);
  if (!hasWorkflow(record)) return undefined;
  const { round, sourceId } = record;
  const isSynced = index.planOf(name).job.runOnce === false && (record.starts ?? 1) <= 1;
  const isCleanedUp = cleanUp === 0 || record.phase === 'finishing';
  index.set(
    name,
    isSynced
      ? { round, sourceId, phase: 'synced', jobId: '' }
      : isCleanedUp
        ? { round, sourceId, phase: 'migrated', jobId: '', endedAt: now }
        : { round, sourceId, phase: 'finishing', starts: record.starts, jobId: '' },
  );
  return isSynced || isCleanedUp ? undefined : 'cleaned up later';
}

/** Whether every server has ended or is synced; the time of a cut-over is not known. */
const isDone = ({ index }: Batch) =>
  index.waves.every(({ total, ended, synced }) => ended + synced === total);
