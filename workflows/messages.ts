import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ReplicationJobStatus } from '../src/smc';

/** An SMC error as it travels through Temporal: what the API said, what it means, what the operator can do. */
export interface SmcFailure {
  code: string;
  message: string;
  remedy: string;
  action?: string;
  requestId?: string;
}

/** How a server's migration ended. */
export type ServerResult =
  | {
      outcome: 'migrated';
      jobId: string;
      imageId?: string;
      instanceId?: string;
      leftover?: Leftover;
      note?: string;
    }
  | { outcome: 'failed'; error: SmcFailure; jobId?: string; leftover?: Leftover }
  | { outcome: 'cancelled'; jobId?: string; leftover?: Leftover };

/** A job of ours that stays in the account, and why. */
export interface Leftover {
  jobId: string;
  why: 'keptByPolicy' | 'deleteFailed' | 'unknownStatus';
  error?: SmcFailure;
}

/** Why a job no longer runs; besides the API's statuses, what only the one who waits can see. */
export type JobEnd =
  | Exclude<ReplicationJobStatus, 'Running' | 'Deleting'>
  | 'Stalled'
  | 'TimedOut'
  | 'Gone'
  | 'Unknown';

/** What a server's migration tells its batch; every report may come twice, and late ones name an older round. */
export type ServerReport = { server: string; round: number } & (
  | { kind: 'stoppedRunning'; start: number; jobId: string; end: JobEnd; error?: SmcFailure }
  /** It cannot go on before it is granted what it lacks: a running slot, and without a job an existing one too. */
  | { kind: 'wantsSlot'; need: number; jobId?: string; refused?: SmcFailure }
  | { kind: 'ended'; result: ServerResult }
);

/** Activities of a server's migration tell its batch through their own client: no event in the migration's history. */
export const serverReported = defineSignal<[ServerReport]>('serverReported');

/** The batch grants what a `wantsSlot` asked for; `need` is that report's. */
export const slotGranted = defineSignal<[{ need: number }]>('slotGranted');

/** A number for each of the account's two scarce things. */
export interface Slots {
  /** Replication jobs that may exist, in any status. */
  existing: number;
  /** Replication jobs that may run. */
  running: number;
}

/** What a batch may use until it hears otherwise; `seq` grows with each message to that batch. */
export interface Lease extends Slots {
  seq: number;
  /** Other batches wait for slots: report as soon as fewer are needed. */
  contended: boolean;
}

export const leaseGranted = defineSignal<[Lease]>('leaseGranted');

/** What a batch tells the account's quota. */
export interface LeaseReport {
  batch: string;
  /** The newest lease the batch knows; 0 before the first. */
  seq: number;
  /** It promises not to use more than this. */
  held: Slots;
  /** It could use this much. */
  demand: Slots;
  priority: number;
  quota: { jobs: number; running: number };
  /** Set when the API refused a job for its quota. */
  refused?: keyof Slots;
}

export const leaseReported = defineSignal<[LeaseReport]>('leaseReported');

/** The batch has ended: its lease is free. */
export const leaseReturned = defineSignal<[{ batch: string }]>('leaseReturned');

export type BatchStatus = 'surveying' | 'running' | 'cancelling' | 'ended';

/** The batch in one screen. */
export interface BatchProgress {
  batch: string;
  status: BatchStatus;
  startedAt: string;
  counts: Record<ServerPhase, number>;
  total: number;
  waves: {
    name: string;
    total: number;
    ended: number;
    failed: number;
    state: 'waiting' | 'open' | 'ended';
  }[];
  slots: { held: Slots; inUse: Slots; cap: Slots };
  /** Why nothing more starts right now, when servers wait. */
  waiting?: string;
}

/**
 * Where a server is: `waiting` for its first slot; `migrating` (its job is created or runs); `recovering` (its job is
 * InError and will be started again); `queued` for a slot once more; `synced` (an incremental job between its runs);
 * `finishing` (the job no longer runs and is being cleaned up); or ended.
 */
export const serverPhases = [
  'waiting',
  'migrating',
  'recovering',
  'queued',
  'synced',
  'finishing',
  'migrated',
  'skipped',
  'failed',
  'cancelled',
] as const;
export type ServerPhase = (typeof serverPhases)[number];

/** One server as the batch sees it. */
export interface ServerView {
  server: string;
  wave: string;
  phase: ServerPhase;
  sourceId?: string;
  jobId?: string;
  imageId?: string;
  starts?: number;
  error?: SmcFailure;
  leftover?: Leftover;
  note?: string;
  /** Milliseconds since the epoch. */
  startedAt?: number;
  endedAt?: number;
}

export const progressQuery = defineQuery<BatchProgress>('progress');
/** A page of servers in the plan's order, optionally of some phases only. */
export const serversQuery = defineQuery<
  { servers: ServerView[]; total: number },
  [{ offset?: number; limit?: number; phases?: ServerPhase[]; names?: string[] }]
>('servers');
