import type { SmcFailure } from '../contract/failure';
import { type LeaseReport, newestQuota } from '../contract/quota-messages';
import type { Slots } from '../contract/slots';
import { each, growing, noSlots, resources } from '../contract/slots';
import { type LeaseRecord, liveBatches, type QuotaState } from './state';

// What the quota's workflow hears, each as a pure step from one state to the next. All may come late, twice or never.

const second = 1_000;
/** For so many polls a refusal of the API is believed before one more job is tried. */
const learnedPolls = 10;
/** Others' jobs and dead batches tell us nothing: they are looked for every so many polls, more often while short. */
const countPolls = { usual: 10, short: 2 };

/** A batch may have any name, `constructor` as well. */
const own = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** What a batch needs and holds. */
export function hearReport(state: QuotaState, report: LeaseReport, now: number): QuotaState {
  const { batch, quotaRunId, seq, held, refused } = report;
  const known = own(state.leases, batch);
  if (known && isStale(report, known)) return state;
  const wasAwaited = own(state.awaited, batch);
  const { [batch]: _, ...awaited } = state.awaited;
  // Made before the batch has heard of this life of the quota: a lost one may have granted more since. A batch that has
  // begun after the census cannot have been granted anything.
  const isUnsure =
    quotaRunId === undefined ? seq > 0 || wasAwaited !== undefined : quotaRunId !== state.quotaRunId;
  const isSameBatch = known === undefined || known.firstRunId === report.firstRunId;
  const waits = isSameBatch ? wasAwaited : undefined;
  const count = { ...state.count };
  if (refused) {
    if (speaksOfJobs(refused.code)) count.refused = { ...count.refused, [refused.resource]: true };
    // While counts fail they keep their distance.
    if (count.failures === 0) count.dueAt = now;
  }
  // Jobs that it has taken over were other's jobs when they were last counted.
  if (!known && resources.some((r) => held[r] > 0)) count.dueAt = Math.min(count.dueAt, now);
  return {
    ...state,
    leases: { ...state.leases, [batch]: heardLease(known, report) },
    awaited: isUnsure ? { ...awaited, [batch]: waits ?? { asks: 0, againAt: now } } : awaited,
    quota: newestQuota(state.quota, report.quota),
    count,
  };
}

/** Heard before, or overtaken by a newer one: it says nothing of how the batch stands now. */
const isStale = (report: LeaseReport, known: LeaseRecord) =>
  report.firstRunId === known.firstRunId ? report.nth <= known.nth : report.since < known.since;

function heardLease(known: LeaseRecord | undefined, report: LeaseReport): LeaseRecord {
  const { firstRunId, since, quotaRunId, nth, seq, held, demand, syncs, priority } = report;
  const heard = { firstRunId, since, quotaRunId, nth, demand, syncs, priority };
  // A batch that was terminated and applied again knows no lease yet and must be sent one.
  if (!known || firstRunId !== known.firstRunId)
    return { ...heard, seq: Math.max(seq, known?.seq ?? 0), leased: noSlots, promised: held, sent: [] };
  const { undelivered, sentTerms, leased } = known;
  // A batch may still grow into a lease that it had not seen.
  const sent = known.sent.filter((one) => one.seq > seq);
  const promised = each((r) => Math.max(held[r], ...sent.map((one) => one[r])));
  return { ...heard, seq: Math.max(seq, known.seq), leased, promised, sent, undelivered, sentTerms };
}

/** SMC: a region's VPCs run out without regard to how many jobs run. */
const speaksOfJobs = (code: string) => code !== 'QuotaExceeded.Vpc';

/** The batch has ended; `left` are its jobs that stay, and count as others' from the next count on. */
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

/** The batch was found not to run any more. What it held counts until a count has told what it has left. */
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

/** The account's running batches: whoever holds a lease of an earlier life of this quota is among them, and is asked. */
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

/** What became of a message to a batch: a lease that could not be delivered stays and is sent again. */
export function hearDelivery(
  state: QuotaState,
  { batch, seq }: { batch: string; seq?: number },
  outcome: 'delivered' | 'notFound' | 'failed',
  now: number,
): QuotaState {
  if (outcome === 'notFound') return hearEnded(state, [batch], now);
  const lease = own(state.leases, batch);
  // A question is asked again by itself; an older lease does not matter any more.
  if (!lease || lease.hasEnded || seq !== lease.seq) return state;
  const failures = (lease.undelivered?.failures ?? 0) + 1;
  const undelivered =
    outcome === 'delivered'
      ? undefined
      : { failures, againAt: now + growing(failures, 5 * second, 300 * second) };
  return { ...state, leases: { ...state.leases, [batch]: { ...lease, undelivered } } };
}

/** What a count asks, and what it must answer for. */
export interface CountOrder {
  batches: string[];
  /** Batches that had ended before: what is left of them is among the others' jobs. */
  ended: string[];
  refused: (keyof Slots)[];
}

export const countOrder = (state: QuotaState): CountOrder => ({
  batches: liveBatches(state),
  ended: Object.keys(state.leases).filter((batch) => state.leases[batch]!.hasEnded),
  refused: resources.filter((r) => state.count.refused[r]),
});

/**
 * The account's jobs. A refusal that other tools' new jobs do not explain tells that the real limit is lower than we
 * were told: about where we stand.
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
    // At least one more than others have: a limit of nothing would never find out that it was wrong.
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

/** The last count stands, the batches are told why, and it is tried again with growing distance. */
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
