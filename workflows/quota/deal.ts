import type { Lease } from '../contract/quota-messages';
import type { Slots } from '../contract/slots';
import { each, growing, resources } from '../contract/slots';
import { divideFairly } from './divide';
import { type LeaseRecord, limitOf, type QuotaState } from './state';

/** What the quota's workflow does now. */
export interface Decision {
  state: QuotaState;
  /** Leases to send, each to its batch. */
  leases: { batch: string; lease: Lease }[];
  /** Batches to ask what they hold. */
  asks: string[];
  /** The account's batches are to be looked for, and its jobs to be counted. */
  counts: boolean;
  /** When to decide again at the latest; milliseconds since the epoch. */
  wakeAt?: number;
  /** No batch is left. */
  isOver: boolean;
}

/** The quota waits so long at most for its first count of jobs before it deals slots. */
const firstCountMs = 20_000;
/** A quota that does not deal yet tells its batches why after this time. */
const pendingMs = 5_000;

/**
 * A lease shrinks at once, but its slots count as used until the batch has confirmed. It grows only into slots that are
 * surely free: the sum of all leases and of the jobs of other tools never exceeds the quota. A quota that was lost deals
 * nothing before every running batch has told what it holds.
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
    // Also one of the same size: the batch has given slots back since, and uses them only by a new lease.
    const isOther = resources.some((r) => next[r] !== lease.leased[r] || next[r] > lease.promised[r]);
    const isNewLease = dealt.has(batch) && (isOther || lease.sentTerms !== sentTerms);
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
      // Sent again after this time, unless its delivery is confirmed before.
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

/** The quota knows what every batch of the account holds, and how many jobs other tools have. */
const isReady = ({ isCensusTaken, awaited, count, startedAt }: QuotaState, now: number) =>
  isCensusTaken && Object.keys(awaited).length === 0 && (count.isAnswered || now >= startedAt + firstCountMs);

function pendingReason(state: QuotaState, now: number): string | undefined {
  if (isReady(state, now) || now < state.startedAt + pendingMs) return undefined;
  const awaited = Object.keys(state.awaited).sort();
  if (awaited.length > 0)
    return `its workflow was lost, and it waits for the report of batch ${awaited.map((batch) => `'${batch}'`).join(', ')}`;
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
  /** Divides what is left beside `dealt`; no batch gets more than `most`. */
  const share = (r: keyof Slots, dealt: number[], most: (batch: number) => number): number[] => {
    const ended = sumOf(
      all.filter(({ hasEnded }) => hasEnded),
      ({ promised }) => promised[r],
    );
    const left = limit[r] - ended - dealt.reduce((sum, one) => sum + one, 0);
    const claims = leases.map(({ demand, priority }, i) => ({
      demand: Math.max(0, Math.min(demand[r], most(i)) - dealt[i]!),
      priority,
    }));
    return divideFairly(left, claims).map((divided, i) => divided + dealt[i]!);
  };
  const grant = (r: keyof Slots, mine: number[]): number[] =>
    leases.map(({ promised }, i) => {
      const growth = Math.min(mine[i]! - promised[r], Math.max(0, free[r]));
      // More is promised than there is: no batch uses a slot again that has come free, before so many are given back.
      if (growth <= 0) return Math.max(0, Math.min(mine[i]!, promised[r] + Math.min(0, free[r])));
      free[r] -= growth;
      return promised[r] + growth;
    });
  const none = leases.map(() => 0);
  const existing = share('existing', none, () => Number.POSITIVE_INFINITY);
  const mayExist = grant('existing', existing);
  // A batch cannot run more jobs than it may have: a running slot beyond that is for another batch.
  const room = leases.map(({ promised }, i) => Math.max(mayExist[i]!, promised.existing));
  // SMC starts syncs by itself: they get their slots first. Then come the jobs that could run now. A batch whose room is taken by
  // idle jobs could run nothing, while another one may have the last room: it keeps only what no other batch can use.
  const ofSyncs = leases.map(({ syncs }) => syncs);
  const ofJobs = share('running', ofSyncs, (i) => room[i]! - leases[i]!.idle);
  const running = share('running', ofJobs, (i) => room[i]!);
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

/** Of the leases sent before, only one that allows more than the next one matters. */
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
