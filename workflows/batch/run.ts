import { sleep, workflowInfo } from '@temporalio/workflow';
import type { JobOfBatch } from '../../activities/jobs/find-jobs-of-batch';
import type { Plan, PlannedServer } from '../../src/plan';
import { byName } from '../../src/text';
import type { LeaseReport } from '../contract/quota-messages';
import type { ServerReport } from '../contract/server-messages';
import type { BatchStatus, JournalEntry } from '../contract/views';
import { type News, type NewsItem, noNews } from '../news/news';
import { type AccountState, accountInOrder } from './account-trouble';
import type { Throughput } from './estimate';
import { cut } from './failure-texts';
import { type GateState, openGates } from './gates';
import { type LeaseHolding, noLease, type RefusalHold } from './lease';
import type { ServerRecord } from './server-record';
import type { BatchServers } from './servers';
import type { Wish } from './wishes';

/** All that a batch knows beside its plan; carried over Continue-As-New. */
export interface BatchState {
  startedAt: number;
  /** Names this batch among all that ever ran under its name: its creations are its own. */
  creation: string;
  records: Record<string, ServerRecord>;
  /** The source of a server that the plan names by its name only. */
  sourceIds: Record<string, string>;
  diskGiB: Record<string, number>;
  /** Servers that are looked up in the account before they start, by name; `confirmed` is the source that an operator has agreed to. */
  lookUps: Record<string, { confirmed?: string }>;
  /** Jobs that an earlier life of this batch has left, by server. */
  jobIds: Record<string, string>;
  stock: Stock;
  holding: LeaseHolding;
  /** What refusals of the API for its quota hold back. */
  hold?: RefusalHold;
  /** When a person last changed the account's quota by this batch; milliseconds since the epoch. */
  quotaChangedAt: number;
  account: AccountState;
  gates: GateState;
  journal: JournalEntry[];
  /** What became of servers that had ended when they left the plan. */
  leftPlan: string[];
  measured: Throughput;
  /** What operators have been told already. */
  announced: { waiting: string[]; ended: string[]; failures: number; isStopped?: boolean };
  news: News;
  cancelRequested: boolean;
  /** What servers are to be told, until they have heard it. */
  wishes: Wish[];
}

/** What was found when the account was last asked for all jobs with the batch's tags. */
export interface Stock {
  /** Jobs of no server of the plan: it has left the plan, or got another source. They count until they are gone. */
  strays: JobOfBatch[];
  /** Ids of jobs that were not listed though their sources were: a late read may leave one out, but not twice. */
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
  /** Whose workers have the credentials of the batch's account. */
  readonly taskQueue: string;
  /** Something happened: the loop goes round once more. */
  changed: boolean;
  /** Servers that could start now if there were slots; none that an operator, a window or another server holds back. */
  startable: number;
  /** Those of them that have a job of an earlier life: it exists already. */
  startableWithJob: number;
  /** The same of those whose jobs are to be started again. */
  startableAgain: number;
  /** Servers whose workflow's start Temporal has not confirmed. */
  readonly starting: Set<string>;
  /** What is being sent to servers right now. */
  readonly sending: Set<Wish>;
  /** A report to the quota is on its way. */
  reporting: boolean;
  /** The message to the webhook that is on its way. */
  newsOnItsWay?: NewsItem;
  /** The batch has ended, and its last messages are this workflow's. */
  newsHandedOver?: string;
  /** What the quota must hear of at once. */
  refused?: LeaseReport['refused'];
  limitsChanged: boolean;
  /** All servers have ended: orders come too late. */
  isEnding: boolean;
  /** Why the last stock could not be taken, as the journal has it. */
  stockTrouble?: string;
  /** Servers that a changed plan takes away or changes, while it is looked up: none of them starts meanwhile. */
  changing?: ReadonlySet<string>;
  /** Reports of servers that are being looked up: taken in once it is known who looks after them. */
  early: ServerReport[];
  /** Servers are being looked up once more. */
  isLookingUp: boolean;
  /** Why that could not be done, as the journal has it. */
  lookUpTrouble?: string;
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
    records: byName(),
    sourceIds: byName(),
    diskGiB: byName(),
    lookUps: byName(),
    jobIds: byName(),
    stock: { strays: [], missing: [], told: [], pollIntervalSeconds: 30 },
    holding: noLease(),
    quotaChangedAt: Date.now(),
    account: accountInOrder(),
    gates: openGates(),
    journal: [],
    leftPlan: [],
    measured: { seconds: 0, diskGiB: 0 },
    announced: { waiting: [], ended: [], failures: 0 },
    news: noNews(),
    cancelRequested: false,
    wishes: [],
  };
}

/** The source of a server, as far as it is known: every place that needs it asks here. */
export const sourceOf = ({ sourceIds }: Pick<BatchState, 'sourceIds'>, server: PlannedServer) =>
  server.sourceId ?? sourceIds[server.name];

/** A server that does not start before it has been looked up. */
export const isLookedUpFirst = ({ changing, state: { lookUps } }: BatchRun, name: string) =>
  changing?.has(name) || name in lookUps;

export const journalLength = 500;
/** Of what an entry says. */
export const entryBytes = 500;

/** Adds to the batch's journal, which keeps the newest entries. */
export function note({ journal }: BatchState, by: string, what: string): void {
  journal.push({ at: Date.now(), by: cut(by, 128), what: cut(what, entryBytes) });
  if (journal.length > journalLength) journal.splice(0, journal.length - journalLength);
}

/** One timer at a time: an earlier one finds out by itself that there is more to wait for. */
export function wakeAt(run: BatchRun, at: number): void {
  if (run.wakeAt !== undefined && run.wakeAt <= at) return;
  run.wakeAt = at;
  void sleep(Math.max(1, at - Date.now()), { summary: `until ${new Date(at).toISOString()}` }).then(() => {
    if (run.wakeAt === at) run.wakeAt = undefined;
    run.changed = true;
  });
}
