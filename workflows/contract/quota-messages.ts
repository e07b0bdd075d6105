import { defineSignal } from './define';
import type { SmcFailure } from './failure';
import type { Slots } from './slots';

/** The account's quota, and when a person last changed it (milliseconds since the epoch): the newest change counts. */
export interface StatedQuota {
  jobs: number;
  running: number;
  changedAt: number;
}

/** The quota that a person has changed last; of two that were changed at once, the smaller one. */
export function newestQuota(a: StatedQuota, b: StatedQuota): StatedQuota {
  if (a.changedAt !== b.changedAt) return a.changedAt > b.changedAt ? a : b;
  return {
    jobs: Math.min(a.jobs, b.jobs),
    running: Math.min(a.running, b.running),
    changedAt: a.changedAt,
  };
}

/** The slots that a batch may use until its next lease; `seq` grows with each message to that batch. */
export interface Lease extends Slots {
  /** The same as in the batch's report: a lease is for that batch alone. */
  firstRunId: string;
  seq: number;
  /** The first run of the quota's workflow that grants it. A quota that was lost starts with a new id, and knows no lease. */
  quotaRunId: string;
  /** Other batches wait for slots: the batch reports as soon as it needs fewer. */
  contended: boolean;
  /** The quota that counts. The batch reports it again if the quota's workflow is lost. */
  quota: StatedQuota;
  /** Why the jobs of other tools cannot be counted. */
  trouble?: SmcFailure;
  /** Why no slot is granted yet, in a sentence. */
  pending?: string;
}

export const leaseGranted = defineSignal<[Lease]>('leaseGranted');

/** The quota's workflow was lost and has started again: it asks what the batch holds before it grants a slot. */
export const leaseAsked = defineSignal<[{ quotaRunId: string }]>('leaseAsked');

/** What a batch tells the account's quota. */
export interface LeaseReport {
  batch: string;
  /** The id of the batch's first run: an earlier batch of this name had another one. */
  firstRunId: string;
  /** When that run began; milliseconds since the epoch. A report of an earlier batch is ignored. */
  since: number;
  /** The task queue of the batch; a quota hears only batches of its own. */
  taskQueue: string;
  /** The first run of the quota's workflow that the batch knows. */
  quotaRunId?: string;
  /** The number of this report, from 1: the quota ignores an older or repeated one. */
  nth: number;
  /** The newest lease that the batch knows; 0 before the first. */
  seq: number;
  /** The batch promises not to use more than this. */
  held: Slots;
  /** The batch could use this much. */
  demand: Slots;
  /** Running jobs that are scheduled syncs: SMC starts them, whether there is a slot or not. */
  syncs: number;
  /**
   * Room of the lease in which nothing could run now: jobs that could not run also with a slot (synced ones, kept ones, strays, those that
   * are held back), and jobs that the API refuses.
   */
  idle: number;
  priority: number;
  quota: StatedQuota;
  /** Set when the API refused a job for its quota. */
  refused?: { resource: keyof Slots; code: string };
}

export const leaseReported = defineSignal<[LeaseReport]>('leaseReported');

/** The batch has ended, and gives its lease back; `left` are its jobs that stay in the account. */
export const leaseReturned = defineSignal<[{ batch: string; left: Slots }]>('leaseReturned');
