import type { SmcFailure } from '../contract/failure';
import type { StatedQuota } from '../contract/quota-messages';
import type { Slots } from '../contract/slots';
import { noSlots } from '../contract/slots';

/** The state of the quota's workflow, carried over Continue-As-New. It is plain data and never changed in place. */
export interface QuotaState {
  /** The id of the workflow's first run. A quota that was lost had another one, and its leases no longer count. */
  quotaRunId: string;
  startedAt: number;
  leases: Record<string, LeaseRecord>;
  /** Running batches that may hold a lease of a lost quota: nothing is dealt before they have reported. */
  awaited: Record<string, { asks: number; againAt: number }>;
  /** The account's running batches have been looked up. */
  isCensusTaken: boolean;
  quota: StatedQuota;
  /** Jobs in the account that belong to no running batch, as last counted. */
  others: Slots;
  count: CountState;
  /** The poll interval of the workers. */
  pollIntervalSeconds: number;
  /** Limits that refusals of the API have shown, and until when they count (milliseconds since the epoch). */
  learned: Partial<Record<keyof Slots, { limit: number; until: number }>>;
}

export interface CountState {
  dueAt: number;
  isCounting: boolean;
  /** The first count has succeeded or failed. */
  isAnswered: boolean;
  /** Failed counts in a row. */
  failures: number;
  trouble?: SmcFailure;
  /** Refusals of the API that the next count has to explain. */
  refused: Partial<Record<keyof Slots, true>>;
}

export interface LeaseRecord {
  /** The id of the batch's first run: an earlier batch of this name had another one. */
  firstRunId: string;
  since: number;
  /** The first run of the quota that the batch knew at its last report. */
  quotaRunId?: string;
  /** The number of the last report. */
  nth: number;
  seq: number;
  /** The newest lease. */
  leased: Slots;
  /** The batch may use up to this. It shrinks only when the batch reports that it uses less. */
  promised: Slots;
  /** Leases that the last report of the batch does not confirm: the batch may use any of them. */
  sent: readonly SentLease[];
  demand: Slots;
  syncs: number;
  idle: number;
  priority: number;
  /** What was last sent to the batch beside the slots of its lease. */
  sentTerms?: string;
  /** The newest lease is not delivered yet: it is sent again. */
  undelivered?: { failures: number; againAt: number };
  /** The batch has ended: its slots count as used until a count has shown which jobs it has left. */
  hasEnded?: true;
}

export interface SentLease extends Slots {
  seq: number;
}

/** A quota at its start: it first looks for the account's batches and counts its jobs. */
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

/** After Continue-As-New: the answer to a count has gone to the earlier run, so the count is made again. */
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

/** How many jobs of the account may exist or run: the stated quota, or a lower limit that refusals have shown. */
export function limitOf({ quota, learned }: QuotaState, resource: keyof Slots, now: number): number {
  const stated = resource === 'existing' ? quota.jobs : quota.running;
  const refusal = learned[resource];
  return refusal && refusal.until > now ? Math.min(stated, refusal.limit) : stated;
}
