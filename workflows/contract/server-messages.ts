import type { KeptWhy } from '../../src/ledger';
import type { ReplicationJobStatus } from '../../src/smc';
import { defineQuery, defineSignal } from './define';
import type { SmcFailure } from './failure';

/** How a server's migration ended. */
export type ServerResult =
  | {
      outcome: 'migrated';
      jobId: string;
      imageId?: string;
      /** As the account has it: SMC makes a plan's name unique, and gives one where there is none. */
      imageName?: string;
      instanceId?: string;
      leftover?: Leftover;
      note?: string;
    }
  | { outcome: 'failed'; error: SmcFailure; jobId?: string; leftover?: Leftover }
  /** The source had been migrated already. */
  | { outcome: 'skipped'; note: string; imageId?: string; leftover?: Leftover }
  | { outcome: 'cancelled'; jobId?: string; leftover?: Leftover };

/** A job of ours that stays in the account, and why. */
export interface Leftover {
  jobId: string;
  /**
   * `ledgerNotWritten`: its source could not be tagged as migrated, so the job is the only proof of it; `refused`: a call
   * that would have brought it on was refused, and its work is not lost for that; `notSeen`: it is not listed, and nothing
   * tells that it is gone; `notTakenUp`: it was found on the source, and its server did not use it, or must not.
   */
  why: KeptWhy | 'deleteFailed' | 'notTakenUp';
  error?: SmcFailure;
}

/** Why a job no longer runs: a status of the API, or what is seen only by waiting for the job. */
export type JobEnd =
  | Exclude<ReplicationJobStatus, 'Running' | 'Deleting'>
  | 'Stalled'
  | 'TimedOut'
  | 'NotStarted'
  | 'Gone'
  | 'Unknown';

/** What a server's migration tells its batch. A report may come twice, and a late one names an older round. */
export type ServerReport = { server: string; round: number } & (
  | {
      kind: 'stoppedRunning';
      start: number;
      jobId: string;
      end: JobEnd;
      error?: SmcFailure;
      neverStarted?: boolean;
      /** Its start was refused, and does not count as one. */
      costsNoAttempt?: boolean;
      /** It is started again, as its migration has decided; absent when it is not. */
      startsAgainInSeconds?: number;
    }
  /** It waits for a running slot, and for an existing one too when it has no job. */
  | { kind: 'wantsSlot'; slotRequest: number; jobId?: string; refused?: SmcFailure; isCutOver?: boolean }
  /** Its job expires soon: at this time, in milliseconds since the epoch. */
  | { kind: 'expires'; jobId: string; at: number }
  /** Its job broke, and it cannot be started again before the source's client is back. */
  | { kind: 'waitsForSource'; error: SmcFailure }
  /** The API has accepted a start, or a cut-over; sent only when the batch has asked to hear of it. */
  | { kind: 'startAccepted' }
  /** Of an incremental job: whether SMC runs one of its syncs now, and when the next one is due. */
  | { kind: 'sync'; jobId: string; runs: boolean; dueAt?: number }
  | { kind: 'ended'; result: ServerResult }
);

/** Where a server's own workflow stands, for a batch that has not heard its reports. */
export type ServerStanding = {
  sourceId: string;
  /** Names the start of this workflow among all of its server. */
  creationId?: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Starts of its job. */
  starts: number;
} & (
  | { phase: 'migrating'; jobId?: string }
  | { phase: 'recovering' | 'finishing' | 'synced'; jobId: string; error?: SmcFailure }
  | { phase: 'queued'; slotRequest: number; jobId?: string; error?: SmcFailure; isCutOver?: boolean }
);

/** Of a server's workflow. */
export const standingQuery = defineQuery<ServerStanding>('standing');

/** Activities of a server's migration tell its batch through their own client: no event in the migration's history. */
export const serverReported = defineSignal<[ServerReport]>('serverReported');

/** What a worker tells its batches of the account: what it refuses, said again as long as it does, or that it no longer does. */
export interface AccountReport {
  /** Names the process. */
  worker: string;
  error?: SmcFailure;
}

export const accountReported = defineSignal<[AccountReport]>('accountReported');

/**
 * The batch grants what a `wantsSlot` asked for; `need` is that report's, as is `round` unless the batch does not know it.
 * `wantsStartAccepted`: it wants a `startAccepted` report once the API has taken the start.
 */
export const slotGranted =
  defineSignal<[{ slotRequest: number; round?: number; wantsStartAccepted?: boolean }]>('slotGranted');

/** Tells an incremental job's server to make its final image. */
export const cutOverRequested = defineSignal<[]>('cutOverRequested');
