import type { JobOfBatch } from '../../activities/jobs/find-jobs-of-batch';
import type { Plan, PlannedServer } from '../../src/plan';
import { byName, cutText } from '../../src/text';
import type { ServerReport } from '../contract/server-messages';
import type { JournalEntry } from '../contract/views';
import { type News, noNews } from '../news/news';
import { type GateState, openGates } from './gates/gates';
import { type LeaseHolding, lostReport, noLease, type RefusalHold } from './lease';
import { type Measured, nothingMeasured } from './servers/estimate';
import { type RecordWatch, ServerIndex } from './servers/server-index';
import {
  endedUntouched,
  jobWithoutWorkflow,
  lastRoundEnd,
  newRecord,
  type ServerRecord,
  type WaitingServer,
} from './servers/server-record';
import { type AccountState, accountInOrder } from './telling/account-trouble';
import { resumedWishes, type Wishes } from './wishes';

/** The state of a batch, carried over Continue-As-New. Times in milliseconds since the epoch. */
export interface BatchState {
  plan: Plan;
  /**
   * `surveying` until its servers have been looked up for the first time; `ending` once all of them have ended; `leaving` while
   * its lease is given back and its last messages are sent.
   */
  stage: 'surveying' | 'running' | 'ending' | 'leaving' | 'ended';
  startedAt: number;
  /** The id of the batch's first run: an earlier batch of this name had another one. Ids of job creations contain it. */
  firstRunId: string;
  /** The task queue of the workers with the credentials of the batch's account. */
  taskQueue: string;
  /** The record of each server of the plan, by its name. */
  servers: Record<string, ServerRecord>;
  wishes: Wishes;
  holding: LeaseHolding;
  /** The limit after refusals of the API for its quota. */
  hold?: RefusalHold;
  /** When a person last changed the account's quota in this batch: by its plan, or by an order. */
  quotaChangedAt: number;
  account: AccountState;
  gates: GateState;
  lookUp: LookUpState;
  planChange?: PlanChange;
  /** Reports of servers that are being looked up: they are taken after the look-up. */
  early: ServerReport[];
  strays: StrayState;
  endCheck: EndCheckState;
  journal: JournalEntry[];
  /** The ends of servers that have left the plan. */
  leftPlan: string[];
  measured: Measured;
  /** The announcements that were made, so that each comes once. */
  announced: { waiting: string[]; ended: string[]; failures: number; isStopped?: boolean };
  /** The status in the list of the Temporal UI. */
  shownStatus?: string;
  news: News;
  cancelRequested: boolean;
}

/** The look-up of waiting servers whose records ask for it. */
export interface LookUpState {
  isLooking?: true;
  /** Why the last look-up failed, as in the journal. */
  trouble?: string;
  /** The earliest time of the next look-up after a failed one. */
  notBefore?: number;
}

/** A changed plan whose new servers are being looked up. */
export interface PlanChange {
  /** Servers that it removes or changes: none of them starts meanwhile. */
  touched: ReadonlySet<string>;
}

/** The result of the last search for all jobs with the batch's tags. */
export interface StrayState {
  /** Strays: jobs of servers that have left the plan, or have another source now. They count until they are gone. */
  jobs: JobOfBatch[];
  /** Ids of jobs that were not listed, while their sources were. A late read may lack a job once, but not twice. */
  missing: string[];
  /** Ids of strays that are in the journal. */
  journaled: string[];
  /** The poll interval of the workers. */
  pollIntervalSeconds: number;
  isLooking?: true;
  /** Polls from one search to the next: more while nothing changes. */
  polls: number;
  dueAt?: number;
  /** Why the last search failed, as in the journal. */
  trouble?: string;
}

/** The regular check for servers whose workflows have ended while their reports were lost. */
export interface EndCheckState {
  isAsking?: true;
  dueAt?: number;
  /** From one check to the next. */
  everyMs?: number;
}

/** How many servers could start now with slots. Servers that an operator, a window or another server holds back do not count. */
export interface Demand {
  startable: number;
  /** Startable servers that have a job. */
  startableWithJob: number;
  /** Queued servers that could start again, and those of them that have a job. */
  startableAgain: number;
  startableAgainWithJob: number;
}

/** Times at which something may change by itself, in milliseconds since the epoch; the earliest wakes the batch. */
export type Times = (number | undefined)[];

/** A batch: its state, and values that follow from it. */
export interface Batch {
  readonly state: BatchState;
  index: ServerIndex;
  /** The demand at the last decision. */
  demand: Demand;
}

export const noDemand: Demand = {
  startable: 0,
  startableWithJob: 0,
  startableAgain: 0,
  startableAgainWithJob: 0,
};

/** A batch with this state. */
export const batchOf = (state: BatchState, watch?: RecordWatch): Batch => ({
  state,
  index: new ServerIndex(state, watch),
  demand: noDemand,
});

/** The state of a batch at its start, before its survey. */
export function newBatchState(
  plan: Plan,
  { firstRunId, taskQueue, now }: { firstRunId: string; taskQueue: string; now: number },
): BatchState {
  return {
    plan,
    stage: 'surveying',
    startedAt: now,
    firstRunId,
    taskQueue,
    servers: byName(Object.fromEntries(plan.servers.map(({ name }) => [name, newRecord()]))),
    wishes: byName(),
    holding: noLease(),
    quotaChangedAt: now,
    account: accountInOrder(),
    gates: openGates(),
    lookUp: {},
    early: [],
    strays: { jobs: [], missing: [], journaled: [], pollIntervalSeconds: 30, polls: 0 },
    endCheck: {},
    journal: [],
    leftPlan: [],
    measured: nothingMeasured(),
    announced: { waiting: [], ended: [], failures: 0 },
    shownStatus: 'surveying',
    news: noNews(),
    cancelRequested: false,
  };
}

/** The state after Continue-As-New: answers that are still awaited have gone to the earlier run, so their calls are made again. */
export const resumed = (state: BatchState, now: number): BatchState => ({
  ...state,
  wishes: resumedWishes(state.wishes, now),
  holding: lostReport(state.holding),
  lookUp: { ...state.lookUp, isLooking: undefined },
  planChange: undefined,
  strays: { ...state.strays, isLooking: undefined },
  endCheck: { everyMs: state.endCheck.everyMs },
  news: { ...state.news, isSending: undefined },
});

/** Whether something was asked for that a new run would ask for again: it costs a call, or a second message to operators. */
export const awaitsAnswer = ({ holding, wishes, lookUp, strays, endCheck, news }: BatchState) =>
  holding.reportOnItsWay !== undefined ||
  lookUp.isLooking === true ||
  strays.isLooking === true ||
  endCheck.isAsking === true ||
  news.isSending === true ||
  Object.values(wishes).some(({ isBeingSent }) => isBeingSent);

/** The source of a server; undefined while it is not known. Every place that needs it asks here. */
export function sourceOf({ servers }: Pick<BatchState, 'servers'>, { name, sourceId }: PlannedServer) {
  const record = servers[name];
  return sourceId ?? (record?.isMoved ? undefined : record?.sourceId);
}

/** The next check of ends, which asks workflows for their standings as well, is made at once; one that is under way comes first. */
export function askStandingsNow(state: BatchState, now: number): void {
  state.endCheck = { ...state.endCheck, everyMs: undefined, dueAt: now };
}

/** Whether a server is looked up before it starts. */
export const isLookedUpFirst = ({ state, index }: Batch, name: string) =>
  index.lookedUpFirst.has(name) || (state.planChange?.touched.has(name) ?? false);

/** Ends a server without a workflow; its job stays. */
export function endUntouched(
  { index }: Batch,
  name: string,
  end: { phase: 'cancelled' } | { phase: 'skipped'; note: string; imageId?: string },
  now: number,
): void {
  index.set(name, { ...end, ...endedUntouched(index.record(name), now) });
}

/** Makes a server wait for another round; that round adopts the job that the server has left. */
export function waitAgain(
  { index }: Batch,
  name: string,
  {
    roundEndedAt,
    ...more
  }: Omit<WaitingServer, 'phase' | 'jobId' | 'jobRuns'> & { roundEndedAt?: number } = {},
): void {
  const record = index.record(name);
  const { round, sourceId, isMoved } = record;
  index.set(name, {
    ...more,
    phase: 'waiting',
    round,
    sourceId,
    isMoved,
    // A server whose workflow could not be started has the job that it had before.
    jobId: jobWithoutWorkflow(record)?.jobId ?? (record.phase === 'migrating' ? record.jobId : undefined),
    roundEndedAt: roundEndedAt ?? lastRoundEnd(record),
  });
}

export const journalLength = 500;
/** The most bytes of an entry's text. */
export const entryBytes = 500;

/** Adds an entry to the batch's journal, which keeps the newest entries. */
export function note({ journal }: Pick<BatchState, 'journal'>, by: string, what: string, now: number): void {
  journal.push({ at: now, by: cutText(by, 128), what: cutText(what, entryBytes) });
  if (journal.length > journalLength) journal.splice(0, journal.length - journalLength);
}
