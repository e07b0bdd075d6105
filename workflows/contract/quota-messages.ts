import { defineSignal } from './define';
import type { SmcFailure } from './failure';
import type { Slots } from './slots';

/** The account's quota, and when a person last changed it (milliseconds since the epoch): the newest change counts. */
export interface StatedQuota {
  jobs: number;
  running: number;
  changedAt: number;
}

/** The newest change by a person counts; of two at once the smaller quota. */
export function newestQuota(a: StatedQuota, b: StatedQuota): StatedQuota {
  if (a.changedAt !== b.changedAt) return a.changedAt > b.changedAt ? a : b;
  return {
    jobs: Math.min(a.jobs, b.jobs),
    running: Math.min(a.running, b.running),
    changedAt: a.changedAt,
  };
}

/** What a batch may use until it hears otherwise; `seq` grows with each message to that batch. */
export interface Lease extends Slots {
  /** The report's that it answers. */
  firstRunId: string;
  seq: number;
  /** Which life of the quota's workflow grants it: a lost one starts anew and knows no lease. */
  quotaRunId: string;
  /** Other batches wait for slots: report as soon as fewer are needed. */
  contended: boolean;
  /** The quota that counts; a batch tells it again, should the quota's workflow be lost. */
  quota: StatedQuota;
  /** Why jobs of others cannot be counted. */
  trouble?: SmcFailure;
  /** Why nothing is granted yet, in a sentence. */
  pending?: string;
}

export const leaseGranted = defineSignal<[Lease]>('leaseGranted');

/** The quota's workflow has been started anew, and must hear what the batch holds before it grants anything. */
export const leaseAsked = defineSignal<[{ quotaRunId: string }]>('leaseAsked');

/** What a batch tells the account's quota. */
export interface LeaseReport {
  batch: string;
  /** Names it among all batches that ever ran under its name. */
  firstRunId: string;
  /** When that life began; milliseconds since the epoch. An earlier life has nothing more to say. */
  since: number;
  /** The batch's; a quota hears only batches of its own task queue. */
  taskQueue: string;
  /** Which life of the quota's workflow the batch has last heard of. */
  quotaRunId?: string;
  /** Counts the reports of this life, from 1: an older one, or the same once more, says nothing. */
  nth: number;
  /** The newest lease the batch knows; 0 before the first. */
  seq: number;
  /** It promises not to use more than this. */
  held: Slots;
  /** It could use this much. */
  demand: Slots;
  /** Syncs of incremental jobs among the running ones: SMC starts them, nobody can hold them back. */
  syncs: number;
  priority: number;
  quota: StatedQuota;
  /** Set when the API refused a job for its quota. */
  refused?: { resource: keyof Slots; code: string };
}

export const leaseReported = defineSignal<[LeaseReport]>('leaseReported');

/** The batch has ended: its lease is free, but for the jobs that it leaves in the account. */
export const leaseReturned = defineSignal<[{ batch: string; left: Slots }]>('leaseReturned');
