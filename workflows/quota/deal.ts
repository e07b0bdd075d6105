import type { Lease } from '../contract/quota-messages';
import type { Slots } from '../contract/slots';
import { each, growing, resources } from '../contract/slots';
import { divideFairly } from './divide';
import { type LeaseRecord, limitOf, type QuotaState } from './state';

/** What the quota's workflow has to do now. */
export interface Decision {
  state: QuotaState;
  /** Leases to send, each to its batch. */
  leases: { batch: string; lease: Lease }[];
  /** Batches to be asked what they hold. */
  asks: string[];
  /** The account's batches are to be looked for, and its jobs to be counted. */
  counts: boolean;
  /** When to decide again, should nothing happen before; milliseconds since the epoch. */
  wakeAt?: number;
  /** No batch is left. */
  isOver: boolean;
}

/** Until the first count has been answered nothing is dealt; but no longer than this. */
const firstCountMs = 20_000;
/** A quota that cannot deal says why after this. */
const pendingMs = 5_000;

/**
 * Shares shrink at once but count as used until the batch has confirmed; they grow only into what is surely free, so that
 * the sum never exceeds the quota, less what others use. A quota that was lost deals nothing before it has heard what every
 * running batch holds.
 */
export function deal(state: QuotaState, now: number): Decision {
  const live = Object.entries(state.leases).filter(([, { hasEnded }]) => !hasEnded);
  const isOver = live.length === 0 && Object.keys(state.awaited).length === 0;
  const dealt = isReady(state, now) ? shares(state, now) : new Map<string, { share: Slots; lease: Slots }>();
  const contended =
    dealt.size > 0 && live.some(([batch, { demand }]) => isBelow(dealt.get(batch)!.share, demand));
  const shared = {
    quotaRunId: state.quotaRunId,
    contended,
    quota: state.quota,
    trouble: state.count.trouble,
    pending: pendingReason(state, now),
  };
  const sentTerms = JSON.stringify([shared.contended, shared.quota, shared.trouble?.code, shared.pending]);

  const leases: Decision['leases'] = [];
  const records: Record<string, LeaseRecord> = { ...state.leases };
  for (const [batch, lease] of live.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const next = dealt.get(batch)?.lease ?? lease.promised;
    const isNewLease =
      dealt.has(batch) &&
      (resources.some((r) => next[r] !== lease.leased[r]) || lease.sentTerms !== sentTerms);
    // Before it deals, it sends only the reason why it does not deal yet.
    const isNewReason = !dealt.has(batch) && shared.pending !== undefined && lease.sentTerms !== sentTerms;
    const isDue = lease.undelivered !== undefined && lease.undelivered.againAt <= now;
    if (!isNewLease && !isNewReason && !isDue) continue;
    const seq = isNewLease || isNewReason ? lease.seq + 1 : lease.seq;
    records[batch] = {
      ...lease,
      seq,
      sentTerms,
      leased: next,
      promised: each((r) => Math.max(lease.promised[r], next[r])),
      sent: seq === lease.seq ? lease.sent : [...lease.sent.filter(allowsMore(next)), { ...next, seq }],
      // Whether it arrives is heard soon; should that be lost, it is sent again.
      undelivered: { failures: lease.undelivered?.failures ?? 0, againAt: now + 60_000 },
    };
    leases.push({ batch, lease: { ...next, firstRunId: lease.firstRunId, seq, ...shared } });
  }

  const asks = Object.keys(state.awaited).filter((batch) => state.awaited[batch]!.againAt <= now);
  const awaited = { ...state.awaited };
  for (const batch of asks) {
    const times = awaited[batch]!.asks + 1;
    awaited[batch] = { asks: times, againAt: now + growing(times, 15_000, 600_000) };
  }
  const counts = !isOver && !state.count.isCounting && state.count.dueAt <= now;
  const count = counts ? { ...state.count, isCounting: true } : state.count;
  const next = { ...state, leases: records, awaited, count };
  return { state: next, leases, asks, counts, wakeAt: wakeTime(next, now), isOver };
}

/** It knows what every batch of the account may hold, and what others have. */
const isReady = ({ isCensusTaken, awaited, count, startedAt }: QuotaState, now: number) =>
  isCensusTaken && Object.keys(awaited).length === 0 && (count.isAnswered || now >= startedAt + firstCountMs);

function pendingReason(state: QuotaState, now: number): string | undefined {
  if (isReady(state, now) || now < state.startedAt + pendingMs) return undefined;
  const awaited = Object.keys(state.awaited).sort();
  if (awaited.length > 0)
    return `its workflow was lost and has to hear first what batch ${awaited.map((batch) => `'${batch}'`).join(', ')} holds`;
  return state.isCensusTaken
    ? "the account's jobs are being counted"
    : "the account's batches could not be looked up yet";
}

/** The share of each live batch, and the lease that it may get now. */
function shares(state: QuotaState, now: number): Map<string, { share: Slots; lease: Slots }> {
  const all = Object.values(state.leases);
  const batches = Object.keys(state.leases)
    .filter((batch) => !state.leases[batch]!.hasEnded)
    .sort();
  const leases = batches.map((batch) => state.leases[batch]!);
  const sumOf = (some: LeaseRecord[], of: (lease: LeaseRecord) => number) =>
    some.reduce((sum, lease) => sum + of(lease), 0);
  const limit = each((r) => limitOf(state, r, now) - state.others[r]);
  const free = each((r) => limit[r] - sumOf(all, ({ promised }) => promised[r]));
  const share = (r: keyof Slots, most: (batch: number) => number): number[] => {
    const ended = sumOf(
      all.filter(({ hasEnded }) => hasEnded),
      ({ promised }) => promised[r],
    );
    // SMC starts syncs by itself: they are served first, and the others share what is left.
    const fixed = leases.map(({ syncs }) => (r === 'running' ? syncs : 0));
    const left = limit[r] - ended - fixed.reduce((sum, one) => sum + one, 0);
    const claims = leases.map(({ demand, priority }, i) => ({
      demand: Math.max(0, Math.min(demand[r], most(i)) - fixed[i]!),
      priority,
    }));
    return divideFairly(left, claims).map((divided, i) => divided + fixed[i]!);
  };
  const grant = (r: keyof Slots, mine: number[]): number[] =>
    leases.map(({ promised }, i) => {
      const growth = Math.min(mine[i]! - promised[r], Math.max(0, free[r]));
      if (growth <= 0) return Math.min(mine[i]!, promised[r]);
      free[r] -= growth;
      return promised[r] + growth;
    });
  const existing = share('existing', () => Number.POSITIVE_INFINITY);
  const mayExist = grant('existing', existing);
  // Who cannot have a job cannot run it: its running slot is for who has one.
  const running = share('running', (i) => Math.max(mayExist[i]!, leases[i]!.promised.existing));
  const mayRun = grant('running', running);
  return new Map(
    batches.map((batch, i) => [
      batch,
      {
        share: { existing: existing[i]!, running: running[i]! },
        lease: { existing: mayExist[i]!, running: mayRun[i]! },
      },
    ]),
  );
}

/** What the next lease allows as well need not be kept. */
const allowsMore = (next: Slots) => (one: Slots) => resources.some((r) => one[r] > next[r]);

const isBelow = (share: Slots, demand: Slots) => resources.some((r) => share[r] < demand[r]);

function wakeTime(state: QuotaState, now: number): number | undefined {
  const times = [
    ...(state.count.isCounting ? [] : [state.count.dueAt]),
    ...resources.map((r) => state.learned[r]?.until ?? 0),
    ...Object.values(state.leases).map(({ undelivered }) => undelivered?.againAt ?? 0),
    ...Object.values(state.awaited).map(({ againAt }) => againAt),
    state.startedAt + pendingMs,
    state.startedAt + firstCountMs,
  ].filter((time) => time > now);
  return times.length > 0 ? Math.min(...times) : undefined;
}
