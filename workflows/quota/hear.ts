import type { SmcFailure } from '../contract/failure';
import { type LeaseReport, newestQuota } from '../contract/quota-messages';
import type { Slots } from '../contract/slots';
import { each, growing, noSlots, resources } from '../contract/slots';
import { type LeaseRecord, liveBatches, type QuotaState } from './state';

// The messages that the quota's workflow gets, each as a pure step from one state to the next. A message may come late, twice or
// never.

const second = 1_000;
/** For so many polls the limit that a refusal of the API has shown counts; then one more job is tried. */
const learnedPolls = 10;
/** Other tools and dead batches report nothing: their jobs are counted every so many polls, more often while slots are short. */
const countPolls = { usual: 10, short: 2 };

/** A batch may have any name, `constructor` as well. */
const own = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** A batch reports what it needs and holds. */
export function hearReport(state: QuotaState, report: LeaseReport, now: number): QuotaState {
  const { batch, quotaRunId, seq, held, refused } = report;
  const known = own(state.leases, batch);
  if (known && isStale(report, known)) return state;
  const wasAwaited = own(state.awaited, batch);
  const { [batch]: _, ...awaited } = state.awaited;
  // The batch does not know this run of the quota yet: a lost one may have granted it more since. A batch that has begun
  // after the census holds nothing.
  const isUnsure =
    quotaRunId === undefined ? seq > 0 || wasAwaited !== undefined : quotaRunId !== state.quotaRunId;
  const isSameBatch = known === undefined || known.firstRunId === report.firstRunId;
  const waits = isSameBatch ? wasAwaited : undefined;
  const count = { ...state.count };
  if (refused) {
    if (speaksOfJobs(refused.code)) count.refused = { ...count.refused, [refused.resource]: true };
    // After a failed count the next one keeps its growing delay.
    if (count.failures === 0) count.dueAt = now;
  }
  // Jobs that this batch has adopted were counted as other tools' jobs.
  if (!known && resources.some((r) => held[r] > 0)) count.dueAt = Math.min(count.dueAt, now);
  return {
    ...state,
    leases: { ...state.leases, [batch]: heardLease(known, report) },
    awaited: isUnsure ? { ...awaited, [batch]: waits ?? { asks: 0, againAt: now } } : awaited,
    quota: newestQuota(state.quota, report.quota),
    count,
  };
}

/** The report came before, or a newer one has come first. */
const isStale = (report: LeaseReport, known: LeaseRecord) =>
  report.firstRunId === known.firstRunId ? report.nth <= known.nth : report.since < known.since;

function heardLease(known: LeaseRecord | undefined, report: LeaseReport): LeaseRecord {
  const { firstRunId, since, quotaRunId, nth, seq, held, demand, syncs, idle, priority } = report;
  const heard = { firstRunId, since, quotaRunId, nth, demand, syncs, idle, priority };
  // A batch that was terminated and applied again knows no lease yet: it is sent one.
  if (!known || firstRunId !== known.firstRunId)
    return { ...heard, seq: Math.max(seq, known?.seq ?? 0), leased: noSlots, promised: held, sent: [] };
  const { undelivered, sentTerms, leased } = known;
  // The batch may still use a lease that it has not confirmed.
  const sent = known.sent.filter((one) => one.seq > seq);
  const promised = each((r) => Math.max(held[r], ...sent.map((one) => one[r])));
  return { ...heard, seq: Math.max(seq, known.seq), leased, promised, sent, undelivered, sentTerms };
}

/** SMC: the quota of VPCs in a region says nothing about the number of jobs. */
const speaksOfJobs = (code: string) => code !== 'QuotaExceeded.Vpc';

/** The batch has ended. `left` are its jobs that stay: from the next count on they count as other tools' jobs. */
export function hearReturn(
  state: QuotaState,
  { batch, left }: { batch: string; left: Slots },
  now: number,
): QuotaState {
  const lease = own(state.leases, batch);
  const { [batch]: _lease, ...leases } = state.leases;
  const { [batch]: _awaited, ...awaited } = state.awaited;
  if (!lease || resources.every((r) => left[r] === 0)) return { ...state, leases, awaited };
  return endLease({ ...state, awaited }, batch, now, left);
}

/** These batches no longer run. Their slots count as used until a count has shown which jobs they have left. */
export const hearEnded = (state: QuotaState, batches: string[], now: number): QuotaState =>
  batches.reduce((next, batch) => endLease(next, batch, now), state);

function endLease(state: QuotaState, batch: string, now: number, left?: Slots): QuotaState {
  const { [batch]: _, ...awaited } = state.awaited;
  const lease = own(state.leases, batch);
  if (!lease) return { ...state, awaited };
  const ended: LeaseRecord = {
    ...lease,
    hasEnded: true,
    undelivered: undefined,
    leased: noSlots,
    demand: noSlots,
    syncs: 0,
    idle: 0,
    promised: left ?? lease.promised,
    sent: [],
  };
  const dueAt = state.count.failures === 0 ? now : state.count.dueAt;
  return {
    ...state,
    awaited,
    leases: { ...state.leases, [batch]: ended },
    count: { ...state.count, dueAt: Math.min(state.count.dueAt, dueAt) },
  };
}

/** The account's running batches. One of them may hold a lease of a quota that was lost: each is asked what it holds. */
export function hearCensus(state: QuotaState, batches: string[], now: number): QuotaState {
  const awaited = { ...state.awaited };
  for (const batch of batches)
    if (own(state.leases, batch)?.quotaRunId !== state.quotaRunId && !own(awaited, batch))
      Object.defineProperty(awaited, batch, {
        value: { asks: 0, againAt: now },
        enumerable: true,
        writable: true,
        configurable: true,
      });
  return { ...state, isCensusTaken: true, awaited };
}

/** The delivery of a message to a batch has succeeded or failed. A lease that was not delivered is sent again. */
export function hearDelivery(
  state: QuotaState,
  { batch, seq }: { batch: string; seq?: number },
  outcome: 'delivered' | 'notFound' | 'failed',
  now: number,
): QuotaState {
  if (outcome === 'notFound') return hearEnded(state, [batch], now);
  const lease = own(state.leases, batch);
  // A question has a timer of its own, and an older lease no longer counts.
  if (!lease || lease.hasEnded || seq !== lease.seq) return state;
  const failures = (lease.undelivered?.failures ?? 0) + 1;
  const undelivered =
    outcome === 'delivered'
      ? undefined
      : { failures, againAt: now + growing(failures, 5 * second, 300 * second) };
  return { ...state, leases: { ...state.leases, [batch]: { ...lease, undelivered } } };
}

/** What a count of jobs asks, and which refusals it has to explain. */
export interface CountOrder {
  batches: string[];
  /** Batches that had ended before the count: the jobs that they left are among the other tools' jobs. */
  ended: string[];
  refused: (keyof Slots)[];
}

export const countOrder = (state: QuotaState): CountOrder => ({
  batches: liveBatches(state),
  ended: Object.keys(state.leases).filter((batch) => state.leases[batch]!.hasEnded),
  refused: resources.filter((r) => state.count.refused[r]),
});

/**
 * The account's jobs have been counted. Where other tools have no new jobs that explain a refusal, the real limit is lower than
 * the stated quota: about the number of jobs that exist now.
 */
export function hearCount(
  state: QuotaState,
  { batches, ended, refused }: CountOrder,
  counted: { all: Slots; others: Slots; pollIntervalSeconds: number },
  now: number,
): QuotaState {
  const pollMs = counted.pollIntervalSeconds * second;
  const learned = { ...state.learned };
  for (const r of refused) {
    if (counted.others[r] > state.others[r]) continue;
    // At least one more than other tools have: with a limit of zero no job would ever be tried.
    const limit = Math.max(counted.all[r], counted.others[r] + 1);
    learned[r] = { limit, until: now + learnedPolls * pollMs };
  }
  const isShort = resources.some((r) => counted.others[r] > 0 || (learned[r]?.until ?? 0) > now);
  const leases = Object.fromEntries(
    Object.entries(state.leases).filter(([batch, { hasEnded }]) => !(hasEnded && ended.includes(batch))),
  );
  const next = { ...state, leases };
  const isOutdated =
    Object.values(leases).some(({ hasEnded }) => hasEnded) ||
    liveBatches(next).join() !== [...batches].sort().join();
  const waitMs = Math.max(5 * second, (isShort ? countPolls.short : countPolls.usual) * pollMs);
  const stillRefused = resources.filter((r) => state.count.refused[r] && !refused.includes(r));
  return {
    ...next,
    others: counted.others,
    pollIntervalSeconds: counted.pollIntervalSeconds,
    learned,
    count: {
      dueAt: now + (isOutdated || stillRefused.length > 0 ? Math.min(waitMs, 2 * pollMs) : waitMs),
      isCounting: false,
      isAnswered: true,
      failures: 0,
      refused: Object.fromEntries(stillRefused.map((r) => [r, true])),
    },
  };
}

/** A count has failed: the last one still counts, the batches are told why, and the next one comes after a growing delay. */
export function hearCountFailure(state: QuotaState, trouble: SmcFailure, now: number): QuotaState {
  const failures = state.count.failures + 1;
  return {
    ...state,
    count: {
      ...state.count,
      dueAt: now + growing(failures, 15 * second, 600 * second),
      isCounting: false,
      isAnswered: true,
      failures,
      trouble,
    },
  };
}
