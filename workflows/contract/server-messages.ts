import type { KeptWhy } from '../../src/ledger';
import type { ReplicationJobStatus } from '../../src/smc';
import { defineQuery, defineSignal } from './define';
import type { JobEvidence } from './ends/job-evidence';
import type { SmcFailure } from './failure';

/** How a server's migration ended. */
export type ServerResult =
  | {
      outcome: 'migrated';
      jobId: string;
      imageId?: string;
      /** The name in the account: SMC makes the plan's name unique, and gives one where the plan has none. */
      imageName?: string;
      instanceId?: string;
      leftover?: Leftover;
      note?: string;
    }
  | { outcome: 'failed'; error: SmcFailure; jobId?: string; leftover?: Leftover; evidence?: JobEvidence }
  /** The source was migrated before. */
  | { outcome: 'skipped'; note: string; imageId?: string; leftover?: Leftover }
  | { outcome: 'cancelled'; jobId?: string; leftover?: Leftover };

/** A job of ours that stays in the account, and why. */
export interface Leftover {
  jobId: string;
  /**
   * - `ledgerNotWritten`: the source could not be tagged as migrated, so the job is the only proof of it
   * - `refused`: SMC refused to start or cut over the job, and its work is kept
   * - `notSeen`: the job is not listed, but may still exist
   * - `notTakenUp`: the job was found on the source, and its server did not adopt it
   */
  why: KeptWhy | 'deleteFailed' | 'notTakenUp';
  error?: SmcFailure;
}

/** Why a job no longer runs: its status in the API, or a reason that only the wait for the job can tell. */
export type JobEnd =
  | Exclude<ReplicationJobStatus, 'Running' | 'Deleting'>
  | 'Stalled'
  | 'TimedOut'
  | 'NotStarted'
  | 'Gone'
  | 'Unknown';

/** A report of a server's migration to its batch. It may come twice; a late one has the number of an older round, also of an earlier batch. */
export type ServerReport = { server: string; round: number } & (
  | {
      kind: 'stoppedRunning';
      start: number;
      jobId: string;
      end: JobEnd;
      error?: SmcFailure;
      neverStarted?: boolean;
      /** Its start was refused, and does not count as an attempt. */
      costsNoAttempt?: boolean;
      /** The number of its last request for a slot: it tells starts with the same number apart. */
      slotRequest?: number;
      /** The time until its next start; absent when the job is not started again. */
      startsAgainInSeconds?: number;
    }
  /** It waits for a running slot, and for an existing one too when it has no job. `slotRequest` counts its requests from 1. */
  | { kind: 'wantsSlot'; slotRequest: number; jobId?: string; refused?: SmcFailure; isCutOver?: boolean }
  /** Its job expires soon; `at` in milliseconds since the epoch. */
  | { kind: 'expires'; jobId: string; at: number }
  /** Its job broke, and can be started again when the source's SMC client is back. */
  | { kind: 'waitsForSource'; error: SmcFailure }
  /** The API has accepted a start, or a cut-over. Sent only when the batch has asked for it (`wantsStartAccepted`). */
  | { kind: 'startAccepted' }
  /** Of an incremental job: whether SMC runs one of its syncs now, and when the next one is due. */
  | { kind: 'sync'; jobId: string; runs: boolean; dueAt?: number }
  | { kind: 'ended'; result: ServerResult }
);

/** The phase of a server by its own workflow, for a batch that adopts the workflow and has not got its reports. */
export type ServerStanding = {
  sourceId: string;
  /** As its reports name it. */
  round?: number;
  /** Unique for each start of a workflow of this server. */
  creationId?: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Starts of its job. */
  starts: number;
  /** Its last request for a slot that was granted: a late report of that request asks for nothing. */
  grantedRequest?: number;
} & (
  | { phase: 'migrating'; jobId?: string }
  | { phase: 'recovering' | 'finishing' | 'synced'; jobId: string; error?: SmcFailure }
  | { phase: 'queued'; slotRequest: number; jobId?: string; error?: SmcFailure; isCutOver?: boolean }
);

/** Asks a server's workflow for its phase. */
export const standingQuery = defineQuery<ServerStanding>('standing');

/** Activities of a server's migration send it with a client of their own: that costs no event in the migration's history. */
export const serverReported = defineSignal<[ServerReport]>('serverReported');

/** What the account answers to a worker: `error` while it refuses calls, repeated; without it, calls succeed again. */
export interface AccountReport {
  /** Unique for each worker process. */
  worker: string;
  error?: SmcFailure;
}

export const accountReported = defineSignal<[AccountReport]>('accountReported');

/**
 * The batch grants the slot that a `wantsSlot` asked for, with the same `slotRequest`, and the same `round` where the batch
 * knows it. `wantsStartAccepted`: the server is to report when the API has accepted the start.
 */
export const slotGranted =
  defineSignal<[{ slotRequest: number; round?: number; wantsStartAccepted?: boolean }]>('slotGranted');

/** Tells the server of an incremental job to make its final image. */
export const cutOverRequested = defineSignal<[]>('cutOverRequested');
