import type { SmcFailure } from '../contract/failure';
import type { StatedQuota } from '../contract/quota-messages';
import type { Slots } from '../contract/slots';
import { noSlots } from '../contract/slots';

/** All that the quota's workflow knows, carried over Continue-As-New. It is plain data and never changed in place. */
export interface QuotaState {
  /** Names this life of the workflow: a lease of an earlier one, which was lost, is not its own. */
  quotaRunId: string;
  startedAt: number;
  leases: Record<string, LeaseRecord>;
  /** Batches that run and may hold a lease of an earlier life: nothing is dealt before they have told. */
  awaited: Record<string, { asks: number; againAt: number }>;
  /** The account's running batches have been looked up. */
  isCensusTaken: boolean;
  quota: StatedQuota;
  /** Jobs in the account that no lease covers, as last counted. */
  others: Slots;
  count: CountState;
  /** The workers'. */
  pollIntervalSeconds: number;
  /** Where the API has refused more than this, we believe it until then (milliseconds since the epoch). */
  learned: Partial<Record<keyof Slots, { limit: number; until: number }>>;
}

export interface CountState {
  dueAt: number;
  isCounting: boolean;
  /** The first one has been answered, one way or the other. */
  isAnswered: boolean;
  /** In a row. */
  failures: number;
  trouble?: SmcFailure;
  /** Refusals of the API that the next count has to explain. */
  refused: Partial<Record<keyof Slots, true>>;
}

export interface LeaseRecord {
  /** Names the batch among all that ever ran under its name. */
  firstRunId: string;
  since: number;
  /** Which life of the quota it had heard of at its last report. */
  quotaRunId?: string;
  /** The last report that was heard. */
  nth: number;
  seq: number;
  leased: Slots;
  /** The batch may use up to this: it shrinks only by the batch's own word. */
  promised: Slots;
  /** Leases that its last report had not seen: whichever comes last, each may have been used by then. */
  sent: readonly SentLease[];
  demand: Slots;
  syncs: number;
  priority: number;
  /** What else its batch has last been told with its lease. */
  sentTerms?: string;
  /** The lease could not be delivered: it is sent again. */
  undelivered?: { failures: number; againAt: number };
  /** The batch is gone; what it had counts until a count has found what is left of it. */
  hasEnded?: true;
}

export interface SentLease extends Slots {
  seq: number;
}

/** One that knows nothing yet: it looks for the account's batches and counts its jobs first. */
export const newQuota = (quotaRunId: string, now: number): QuotaState => ({
  quotaRunId,
  startedAt: now,
  leases: {},
  awaited: {},
  isCensusTaken: false,
  quota: { jobs: 0, running: 0, changedAt: 0 },
  others: noSlots,
  count: { dueAt: now, isCounting: false, isAnswered: false, failures: 0, refused: {} },
  pollIntervalSeconds: 30,
  learned: {},
});

/** After Continue-As-New: the answer to a count under way has gone to the earlier run. */
export const resumed = (state: QuotaState, now: number): QuotaState => ({
  ...state,
  count: {
    ...state.count,
    isCounting: false,
    dueAt: state.count.isCounting ? now : state.count.dueAt,
  },
});

/** The batches that have a lease and have not ended. */
export const liveBatches = ({ leases }: QuotaState) =>
  Object.keys(leases)
    .filter((batch) => !leases[batch]!.hasEnded)
    .sort();

/** How many jobs of the account may exist or run, as far as we know. */
export function limitOf({ quota, learned }: QuotaState, resource: keyof Slots, now: number): number {
  const stated = resource === 'existing' ? quota.jobs : quota.running;
  const refusal = learned[resource];
  return refusal && refusal.until > now ? Math.min(stated, refusal.limit) : stated;
}
