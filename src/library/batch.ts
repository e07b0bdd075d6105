import type { BatchResult } from '../../workflows/contract/ends/batch-end';
import type { LimitsOrder, OrderAnswer, PlanChanges } from '../../workflows/contract/orders';
import type {
  AccountTrouble,
  BatchProgress,
  BatchStatus,
  JournalEntry,
  ServerExplanation,
  ServerPhase,
  ServerView,
} from '../../workflows/contract/views';

/** Whom an order is for; for all that it fits, where neither is given. */
export interface Some {
  servers?: string[];
  waves?: string[];
}

/** New limits of a batch; what is not given stays. */
export type Limits = Omit<LimitsOrder, 'by'>;

/**
 * A batch in Temporal. Everything but `watch` and `result` answers at once. Each method rejects with an `SmcBatchError`: the
 * batch does not exist, no worker answers for it, or it refuses the order.
 */
export interface Batch {
  /** The name of its plan. */
  readonly name: string;
  /** The batch in one screen: its status, counts, waves, slots, why nothing starts, when it ends. */
  progress(): Promise<BatchProgress>;
  /** Its servers in the plan's order, of some phases or names only; each as it is when its page of 500 is read. */
  servers(filter?: { phases?: ServerPhase[]; names?: string[] }): AsyncGenerator<ServerView, void>;
  /** Why one server is in its phase, and what can be done about it. */
  explain(server: string): Promise<ServerExplanation>;
  /** What operators have ordered and the batch has decided, oldest first. */
  journal(): Promise<JournalEntry[]>;
  /** How it is, then each change, until it has ended. */
  watch(options?: WatchOptions): AsyncGenerator<BatchChange, void>;
  /**
   * Waits for its end, however far away, and resolves also when servers have failed: `counts` tells. Rejects when it could not
   * start, was cancelled as a whole, or was ended in Temporal.
   */
  result(): Promise<BatchResult>;
  /** Starts nothing more of these; what runs goes on. */
  pause(some?: Some): Promise<OrderAnswer>;
  resume(some?: Some): Promise<OrderAnswer>;
  /** Stops and deletes the jobs of these servers; without servers cancels the whole batch, also while no worker runs. */
  cancel(servers?: string[]): Promise<OrderAnswer>;
  /** Migrates failed servers once more; cancelled ones only by their names. */
  retry(servers?: string[]): Promise<OrderAnswer>;
  /** Leaves servers out that have not started. */
  skip(servers: string[]): Promise<OrderAnswer>;
  /** Opens a wave that waits for its approval. */
  approve(wave: string): Promise<OrderAnswer>;
  /** Makes the final images of incremental jobs. */
  cutover(servers?: string[]): Promise<OrderAnswer>;
  limits(limits: Limits): Promise<OrderAnswer>;
}

/** Something that has changed in a batch. */
export type BatchChange =
  /** A server is in another phase. `before` is absent the first time that the server is seen. */
  | { kind: 'server'; server: ServerView; before?: ServerPhase }
  /** The batch has another status. `before` is absent the first time. */
  | { kind: 'status'; status: BatchStatus; before?: BatchStatus; progress: BatchProgress }
  /** The account refuses every call; without `trouble` it no longer does. The batch goes on by itself. */
  | { kind: 'account'; trouble?: AccountTrouble }
  /** No worker answers for the batch at the moment: the next change comes once one does. */
  | { kind: 'unanswered' };

/** How a batch is watched. */
export interface WatchOptions {
  /** Ends the iteration; the batch goes on. */
  signal?: AbortSignal;
  /** Milliseconds between two looks at the batch; default 1,000. */
  everyMs?: number;
}

/** What became of a plan that was applied. */
export interface Applied {
  batch: Batch;
  /** `started`; or the batch ran already, and was `changed` to the plan, or is `attached` because nothing differs. */
  how: 'started' | 'changed' | 'attached';
  /** Of a batch that ran already. */
  changes?: PlanChanges;
}
