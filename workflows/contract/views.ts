import { defineQuery } from './define';
import type { JobEvidence } from './ends/job-evidence';
import type { SmcFailure } from './failure';
import type { Leftover } from './server-messages';
import type { Slots } from './slots';

/** Nothing of a batch moves before a person gives an order; the list of batches in the Temporal UI is filtered by it. */
export const awaitsPerson = ['waiting for approval', 'waiting for cut-over', 'paused', 'stopped'] as const;

/**
 * `stopped`: too many servers have failed, and nothing more starts until an operator decides. A batch whose servers run is `running`,
 * also while a wave waits for its approval; a pause and a stop are said at once.
 */
export type BatchStatus = 'surveying' | 'running' | (typeof awaitsPerson)[number] | 'cancelling' | 'ended';

/** How a batch has ended: some servers have failed, or an operator has cancelled the whole of it. */
export const batchOutcomes = ['done', 'failed', 'cancelled'] as const;
export type BatchOutcome = (typeof batchOutcomes)[number];

/**
 * Why a server waits, or nothing more of a batch starts: a stable code beside each sentence, for scripts and metrics.
 * docs/json.md has a line for each.
 */
export const waitingKinds = [
  'survey',
  'planChange',
  'sourceLookUp',
  'stopped',
  'paused',
  'order',
  'approval',
  'window',
  'startTime',
  'dependency',
  'group',
  'account',
  'otherQueue',
  'quotaSilent',
  'quotaPending',
  'quotaUsedUp',
  'quotaRefused',
  'runningSlots',
  'existingSlots',
  'cutOver',
  'turn',
] as const;

export type WaitingKind = (typeof waitingKinds)[number];

/** Its code, and the sentence for an operator. */
export interface WaitingReason {
  kind: WaitingKind;
  reason: string;
}

/** The batch in one screen. */
export interface BatchProgress {
  batch: string;
  status: BatchStatus;
  /** Once it has ended. */
  outcome?: BatchOutcome;
  startedAt: string;
  counts: Record<ServerPhase, number>;
  total: number;
  /** Of those that are migrated: by earlier runs of the batch. */
  earlier?: number;
  /** Of those that are migrated: by other means, as the plan declares them (`done`). */
  declared?: number;
  waves: WaveProgress[];
  /** `cap`: the share of the account's `quota` that the batch may use now. */
  slots: { held: Slots; inUse: Slots; cap: Slots; quota?: Slots };
  /** Why the jobs of other tools in the account cannot be counted right now. */
  quotaTrouble?: SmcFailure;
  /** The new servers of a changed plan are being looked up. */
  changesPlan?: true;
  /** The account refuses every call: the calls are repeated until they succeed. */
  accountTrouble?: AccountTrouble;
  /** Why nothing more starts right now, when servers wait. */
  waiting?: string;
  /** The code of that reason. */
  waitingCode?: WaitingKind;
  /** What to type next, where an order is waited for or servers have failed; any one of these. */
  next?: string[];
  /** Leftovers: jobs of servers that have ended which still exist, with intermediate instances that are billed. */
  leftovers: number;
  /** Strays: jobs with the batch's tags that belong to no server of its plan. They count against the quota. */
  strayJobs: number;
  /** Estimated from what has been measured so far; milliseconds since the epoch. */
  estimatedEnd?: number;
  /** The operators' webhook does not take messages. */
  webhook?: WebhookTrouble;
}

/** Why the webhook has not got its messages. The migration does not wait for it. */
export interface WebhookTrouble {
  /** Messages that are kept and sent again. */
  unsent: number;
  /** The id of the workflow that sends them once the batch has ended. */
  leftTo?: string;
  /** Messages that were dropped because too many waited: only the journal has them. */
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
  /** The code of that reason. */
  closedCode?: WaitingKind;
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

/** One server, as views show it. */
export interface ServerView {
  server: string;
  wave: string;
  phase: ServerPhase;
  sourceId?: string;
  jobId?: string;
  imageId?: string;
  /** The name in the account, which may differ from the plan's. */
  imageName?: string;
  starts?: number;
  error?: SmcFailure;
  /** Of a failed server whose job has been looked at before it was deleted, or kept. */
  evidence?: JobEvidence;
  leftover?: ShownLeftover;
  note?: string;
  /** An earlier run of the batch has migrated it: its job, image and times are of then, as far as is known. */
  earlier?: true;
  /** It was migrated by other means, as the plan declares it (`done`). */
  declared?: true;
  /** Milliseconds since the epoch. */
  startedAt?: number;
  /** When its job was first seen to run no longer. */
  stoppedRunningAt?: number;
  endedAt?: number;
  /** Of a server whose job runs, or is started again at a known time: by its size and what the batch has measured so far; absent once that time is past. */
  estimatedEnd?: number;
  /** Its job is not started, or started again, before; milliseconds since the epoch. */
  nextStartAt?: number;
  /** On the disks of its source that are migrated. */
  diskGiB?: number;
  /** Its data goes over VPN or Express Connect, not the Internet. */
  overVpc?: true;
}

/** A job that was left in the account, as views show it. */
export type ShownLeftover = Leftover & {
  /** When `cleanup` has deleted it since; milliseconds since the epoch. */
  deletedAt?: number;
};

/** The time of whoever asks, milliseconds since the epoch: a workflow's own clock stands still between two events. */
export interface Asked {
  at?: number;
}

export const progressQuery = defineQuery<BatchProgress, [Asked?]>('progress');

/** A page of servers in the plan's order, optionally of some phases only. */
export const serversQuery = defineQuery<
  { servers: ServerView[]; total: number },
  [Asked & { offset?: number; limit?: number; phases?: ServerPhase[]; names?: string[] }]
>('servers');

/** The names in its plan, for who types one. */
export const namesQuery = defineQuery<{ waves: string[]; servers: string[] }>('names');

/** Why a server is in its phase. */
export interface ServerExplanation extends ServerView {
  /** One sentence. */
  why: string;
  /** Its code, of a server that waits or is queued. */
  whyCode?: WaitingKind;
  /** Its place among the servers that wait, from 1. */
  place?: number;
  /** What to type next, when something can be done. */
  next?: string;
  /** The account refuses every call: those for this server may be among them. */
  accountTrouble?: AccountTrouble;
}

export const explainQuery = defineQuery<ServerExplanation, [Asked & { server: string }]>('explain');

/** A line of the journal: what an operator ordered, or what the batch decided. */
export interface JournalEntry {
  /** Milliseconds since the epoch. */
  at: number;
  by: string;
  what: string;
}

/** The ends of servers that have left the plan, a line each. */
export const leftPlanQuery = defineQuery<string[]>('leftPlan');

export const journalQuery = defineQuery<JournalEntry[]>('journal');
