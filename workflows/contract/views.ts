import { defineQuery } from './define';
import type { SmcFailure } from './failure';
import type { Leftover } from './server-messages';
import type { Slots } from './slots';

/** `stopped`: too many have failed, nothing more starts until the operator decides. */
export type BatchStatus = 'surveying' | 'running' | 'paused' | 'stopped' | 'cancelling' | 'ended';

/** The batch in one screen. */
export interface BatchProgress {
  batch: string;
  status: BatchStatus;
  startedAt: string;
  counts: Record<ServerPhase, number>;
  total: number;
  waves: WaveProgress[];
  slots: { held: Slots; inUse: Slots; cap: Slots };
  /** Why jobs of others in the account cannot be counted right now. */
  quotaTrouble?: SmcFailure;
  /** A changed plan is being looked up. */
  changesPlan?: true;
  /** The account refuses calls for a reason that is no server's: they are repeated until it does not. */
  accountTrouble?: AccountTrouble;
  /** Why nothing more starts right now, when servers wait. */
  waiting?: string;
  /** Jobs of servers that have ended which still exist, and keep their intermediate instance billed. */
  leftovers: number;
  /** Jobs with the batch's tags that belong to no server of its plan; they count against the quota, too. */
  strayJobs: number;
  /** Estimated from what has been measured so far; milliseconds since the epoch. */
  estimatedEnd?: number;
  /** Messages stay away from the operators' webhook. */
  webhook?: WebhookTrouble;
}

/** Why the webhook has not been told; nothing else waits for it. */
export interface WebhookTrouble {
  /** Messages that are kept and sent again. */
  unsent: number;
  /** The batch has ended: the id of the workflow that goes on sending them. */
  leftTo?: string;
  /** Messages that were given up because too many waited: only the journal has them. */
  dropped: number;
  reason: string;
  since: string;
  /** Milliseconds since the epoch. */
  nextAttemptAt?: number;
}

/** Why the account refuses calls, and since when (ISO 8601). */
export interface AccountTrouble {
  error: SmcFailure;
  since: string;
}

export interface WaveProgress {
  name: string;
  total: number;
  ended: number;
  failed: number;
  state: 'waiting' | 'open' | 'ended';
  /** Why none of its servers may start now. */
  closed?: string;
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
  /** As the account has it, which may not be the plan's. */
  imageName?: string;
  starts?: number;
  error?: SmcFailure;
  leftover?: Leftover;
  note?: string;
  /** Milliseconds since the epoch. */
  startedAt?: number;
  /** When its job was seen not to run any more. */
  stoppedRunningAt?: number;
  endedAt?: number;
  /** Of a server whose job runs, by its size and what the batch has measured so far; milliseconds since the epoch. */
  estimatedEnd?: number;
}

/** The asker's time, milliseconds since the epoch: between two events a workflow's own clock stands still. */
export interface Asked {
  at?: number;
}

export const progressQuery = defineQuery<BatchProgress, [Asked?]>('progress');

/** A page of servers in the plan's order, optionally of some phases only. */
export const serversQuery = defineQuery<
  { servers: ServerView[]; total: number },
  [{ offset?: number; limit?: number; phases?: ServerPhase[]; names?: string[] }]
>('servers');

/** Why a server is where it is. */
export interface ServerExplanation extends ServerView {
  /** One sentence. */
  why: string;
  /** Its place among the servers that wait, from 1. */
  place?: number;
  /** Its job is not started, or started again, before; milliseconds since the epoch. */
  nextStartAt?: number;
  /** What to type next, when something can be done. */
  next?: string;
  /** The account refuses calls: its own may be among them. */
  accountTrouble?: AccountTrouble;
}

export const explainQuery = defineQuery<ServerExplanation, [Asked & { server: string }]>('explain');

/** A line of what operators did to the batch and what it decided by itself. */
export interface JournalEntry {
  /** Milliseconds since the epoch. */
  at: number;
  by: string;
  what: string;
}

/** What became of servers that had ended when they left the plan, a line each. */
export const leftPlanQuery = defineQuery<string[]>('leftPlan');

export const journalQuery = defineQuery<JournalEntry[]>('journal');
