import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Plan } from '../src/plan';
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
  /** It had been migrated already. */
  | { outcome: 'skipped'; note: string; imageId?: string; leftover?: Leftover }
  | { outcome: 'cancelled'; jobId?: string; leftover?: Leftover };

/** A job of ours that stays in the account, and why. */
export interface Leftover {
  jobId: string;
  /**
   * `ledgerNotWritten`: its source could not be tagged as migrated, so the job is the only proof of it; `notTakenUp`: an
   * earlier life of the batch has left it, and this one has not come to its server, or must not migrate it; `refused`: a
   * call that would have brought it on was refused, and its work is not lost for that; `notSeen`: it is not listed, and
   * nothing tells that it is gone.
   */
  why:
    | 'keptByPolicy'
    | 'deleteFailed'
    | 'unknownStatus'
    | 'ledgerNotWritten'
    | 'notTakenUp'
    | 'refused'
    | 'notSeen';
  error?: SmcFailure;
}

/** Why a job no longer runs; besides the API's statuses, what only the one who waits can see. */
export type JobEnd =
  | Exclude<ReplicationJobStatus, 'Running' | 'Deleting'>
  | 'Stalled'
  | 'TimedOut'
  | 'NotStarted'
  | 'Gone'
  | 'Unknown';

/** What a server's migration tells its batch; every report may come twice, and late ones name an older round. */
export type ServerReport = { server: string; round: number } & (
  | {
      kind: 'stoppedRunning';
      start: number;
      jobId: string;
      end: JobEnd;
      error?: SmcFailure;
      neverStarted?: boolean;
      /** Its start was refused, and does not count as one. */
      isFree?: boolean;
      /** It is started again, as its migration has decided; absent when it is not. */
      startsAgainInSeconds?: number;
    }
  /** It cannot go on before it is granted what it lacks: a running slot, and without a job an existing one too. */
  | { kind: 'wantsSlot'; need: number; jobId?: string; refused?: SmcFailure; isCutOver?: boolean }
  /** SMC lets its job live no longer than to this time (milliseconds since the epoch), which is near. */
  | { kind: 'expires'; jobId: string; at: number }
  /** Its job broke, and it cannot be started again before the source's client is back. */
  | { kind: 'waitsForSource'; error: SmcFailure }
  /** The API has taken a start, or a cut-over, that the batch wanted to hear of. */
  | { kind: 'slotUsed' }
  /** Of an incremental job: whether SMC runs one of its syncs now, and when the next one is due. */
  | { kind: 'sync'; jobId: string; runs: boolean; dueAt?: number }
  | { kind: 'ended'; result: ServerResult }
);

/** Where a server's own workflow stands, for a batch that has not heard its reports. */
export type ServerStanding = {
  sourceId: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Starts of its job. */
  starts: number;
} & (
  | { phase: 'migrating'; jobId?: string }
  | { phase: 'recovering' | 'finishing' | 'synced'; jobId: string; error?: SmcFailure }
  | { phase: 'queued'; need: number; jobId?: string; error?: SmcFailure; isCutOver?: boolean }
);

/** Of a server's workflow. */
export const standingQuery = defineQuery<ServerStanding>('standing');

/** Activities of a server's migration tell its batch through their own client: no event in the migration's history. */
export const serverReported = defineSignal<[ServerReport]>('serverReported');

/** What a worker tells its batches of the account: what it refuses, said again as long as it does, or that it no longer does. */
export interface AccountNews {
  /** Names the process. */
  worker: string;
  error?: SmcFailure;
}
export const accountNews = defineSignal<[AccountNews]>('accountNews');

/**
 * The batch grants what a `wantsSlot` asked for; `need` is that report's, as is `round` unless the batch does not know it.
 * `tells`: it wants to hear that it was used.
 */
export const slotGranted = defineSignal<[{ need: number; round?: number; tells?: boolean }]>('slotGranted');

/** A number for each of the account's two scarce things. */
export interface Slots {
  /** Replication jobs that may exist, in any status. */
  existing: number;
  /** Replication jobs that may run. */
  running: number;
}

/** The account's quota, and when a person last changed it (milliseconds since the epoch): the newest change counts. */
export interface StatedQuota {
  jobs: number;
  running: number;
  changedAt: number;
}

/** What a batch may use until it hears otherwise; `seq` grows with each message to that batch. */
export interface Lease extends Slots {
  /** The report's that it answers. */
  life: string;
  seq: number;
  /** Which life of the quota's workflow grants it: a lost one starts anew and knows no lease. */
  epoch: string;
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
export const leaseAsked = defineSignal<[{ epoch: string }]>('leaseAsked');

/** What a batch tells the account's quota. */
export interface LeaseReport {
  batch: string;
  /** Names it among all batches that ever ran under its name. */
  life: string;
  /** When that life began; milliseconds since the epoch. An earlier life has nothing more to say. */
  since: number;
  /** The batch's; a quota hears only batches of its own task queue. */
  taskQueue: string;
  /** Which life of the quota's workflow the batch has last heard of. */
  epoch?: string;
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

/** What operators are told of without asking. */
export interface BatchEvent {
  batch: string;
  /** Milliseconds since the epoch. */
  at: number;
  kind: 'wave' | 'gate' | 'failure' | 'expiry' | 'stopped' | 'account' | 'end';
  what: string;
}

/** Who gives an order: shown in the journal. */
export interface Order {
  by: string;
}
/** Which servers an order is for: all it can be for when absent. */
export type ServersOrder = Order & { servers?: string[] };
/** For the whole batch when neither is given. */
export type PauseOrder = ServersOrder & { waves?: string[] };
export interface LimitsOrder extends Order {
  maxConcurrent?: number;
  jobsQuota?: number;
  runningQuota?: number;
  priority?: number;
}

/** What an order did, in a sentence for the operator. */
export interface OrderAnswer {
  done: string;
  servers?: string[];
}

export const pauseUpdate = defineUpdate<OrderAnswer, [PauseOrder]>('pause');
export const resumeUpdate = defineUpdate<OrderAnswer, [PauseOrder]>('resume');
export const cancelUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('cancel');
export const retryUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('retry');
export const skipUpdate = defineUpdate<OrderAnswer, [Order & { servers: string[] }]>('skip');
export const approveUpdate = defineUpdate<OrderAnswer, [Order & { wave: string }]>('approve');
export const limitsUpdate = defineUpdate<OrderAnswer, [LimitsOrder]>('setLimits');
export const cutOverUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('cutOver');
/** A changed plan of a running batch: what it would change, and the change itself. */
export const planChangesQuery = defineQuery<PlanChanges, [Plan]>('planChanges');
export const changePlanUpdate = defineUpdate<OrderAnswer, [Order & { plan: Plan }]>('changePlan');

export interface PlanChanges {
  added: string[];
  removed: string[];
  changed: string[];
  /** Names of settings of the batch itself. */
  settings: string[];
  /** What cannot change under way, each with why. */
  refused: string[];
  /** What of it has no effect any more, or not yet, each with why. */
  notes: string[];
}

/** Tells an incremental job's server to make its final image. */
export const cutOverRequested = defineSignal<[]>('cutOverRequested');
