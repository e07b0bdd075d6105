import { workflowInfo } from '@temporalio/workflow';
import type { JobOfBatch } from '../activities/find-jobs-of-batch';
import type { Plan } from '../src/plan';
import { type AccountState, accountInOrder } from './account-trouble';
import type { BatchServers } from './batch-servers';
import type { Throughput } from './estimate';
import { type GateState, openGates } from './gates';
import { type LeaseHolding, noLease } from './lease';
import type { BatchStatus, JournalEntry, Slots } from './messages';
import { type News, type NewsItem, noNews } from './news';
import type { ServerRecord } from './server-record';

/** All that a batch knows beside its plan; carried over Continue-As-New. */
export interface BatchState {
  startedAt: number;
  /** Names this batch among all that ever ran under its name: its creations are its own. */
  creation: string;
  records: Record<string, ServerRecord>;
  /** The source of a server that the plan names by its name only. */
  sourceIds: Record<string, string>;
  diskGiB: Record<string, number>;
  /** Jobs that an earlier life of this batch has left, by server. */
  jobIds: Record<string, string>;
  stock: Stock;
  holding: LeaseHolding;
  account: AccountState;
  gates: GateState;
  journal: JournalEntry[];
  measured: Throughput;
  /** What operators have been told already. */
  announced: { waiting: string[]; ended: string[]; failures: number; isStopped?: boolean };
  news: News;
  cancelRequested: boolean;
  cancelSent: boolean;
}

/** What was found when the account was last asked for all jobs with the batch's tags. */
export interface Stock {
  /** Jobs of no server of the plan: it has left the plan, or got another source. They count until they are gone. */
  strays: JobOfBatch[];
  /** Ids of jobs that were not listed: a late read may leave one out, but not twice. */
  missing: string[];
  /** Ids of strays that the journal has. */
  told: string[];
  /** The workers'. */
  pollIntervalSeconds: number;
}

/** One run of the batch's workflow: the state that is carried on, and what lives only as long as this run. */
export interface BatchRun {
  plan: Plan;
  readonly state: BatchState;
  servers: BatchServers;
  status: BatchStatus;
  /** Something happened: the loop goes round once more. */
  changed: boolean;
  /** After a refusal by the API nothing is started until then (milliseconds since the epoch). */
  holdUntil: number;
  /** Servers that could start now if there were slots; none that an operator, a window or another server holds back. */
  startable: number;
  /** Those of them that have a job of an earlier life: it exists already. */
  startableWithJob: number;
  /** The same of those whose jobs are to be started again. */
  startableAgain: number;
  /** Children whose start Temporal has not confirmed. */
  starting: number;
  /** A report to the quota is on its way. */
  reporting: boolean;
  /** The message to the webhook that is on its way. */
  newsOnItsWay?: NewsItem;
  /** The batch has ended, and its last messages are this workflow's. */
  newsHandedOver?: string;
  /** What the quota must hear of at once. */
  refused?: keyof Slots;
  limitsChanged: boolean;
  /** All servers have ended: orders come too late. */
  isEnding: boolean;
  /** Why the last stock could not be taken, as the journal has it. */
  stockTrouble?: string;
  /** Servers that a changed plan takes away or changes, while it is looked up: none of them starts meanwhile. */
  changing?: ReadonlySet<string>;
  /** The earliest moment at which a timer wakes the loop. */
  wakeAt?: number;
  /** When the details for the Temporal UI were last written. */
  detailsAt: number;
  /** Servers whose workflow this run started: Temporal tells us their end. */
  readonly watched: Set<string>;
}

export function newBatchState(): BatchState {
  return {
    startedAt: Date.now(),
    creation: workflowInfo().firstExecutionRunId,
    records: {},
    sourceIds: {},
    diskGiB: {},
    jobIds: {},
    stock: { strays: [], missing: [], told: [], pollIntervalSeconds: 30 },
    holding: noLease(),
    account: accountInOrder(),
    gates: openGates(),
    journal: [],
    measured: { seconds: 0, diskGiB: 0 },
    announced: { waiting: [], ended: [], failures: 0 },
    news: noNews(),
    cancelRequested: false,
    cancelSent: false,
  };
}

const journalLength = 500;

/** Adds to the batch's journal, which keeps the newest entries. */
export function note({ journal }: BatchState, by: string, what: string): void {
  journal.push({ at: Date.now(), by, what });
  if (journal.length > journalLength) journal.splice(0, journal.length - journalLength);
}
