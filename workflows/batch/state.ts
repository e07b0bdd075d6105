import type { JobOfBatch } from '../../activities/jobs/find-jobs-of-batch';
import type { Plan, PlannedServer } from '../../src/plan';
import { byName } from '../../src/text';
import type { ServerReport } from '../contract/server-messages';
import type { BatchStatus, JournalEntry } from '../contract/views';
import { type News, noNews } from '../news/news';
import { type GateState, openGates, stopReason } from './gates/gates';
import { type LeaseHolding, lostReport, noLease, type RefusalHold } from './lease';
import type { Throughput } from './servers/estimate';
import { cut } from './servers/failure-texts';
import { ServerIndex } from './servers/server-index';
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

/** All that a batch knows, carried over Continue-As-New. Times in milliseconds since the epoch. */
export interface BatchState {
  plan: Plan;
  /**
   * `surveying` until its servers have been looked up for the first time; `ending` once all of them have ended; `leaving` while
   * its lease is given back and its last messages are sent.
   */
  stage: 'surveying' | 'running' | 'ending' | 'leaving' | 'ended';
  startedAt: number;
  /** Names this batch among all that ever ran under its name: its creations are its own. */
  firstRunId: string;
  /** Whose workers have the credentials of the batch's account. */
  taskQueue: string;
  /** By name, one for each server of the plan. */
  servers: Record<string, ServerRecord>;
  wishes: Wishes;
  holding: LeaseHolding;
  /** What refusals of the API for its quota hold back. */
  hold?: RefusalHold;
  /** When a person last changed the account's quota by this batch. */
  quotaChangedAt: number;
  account: AccountState;
  gates: GateState;
  lookUp: LookUpState;
  planChange?: PlanChange;
  /** Reports of servers that are being looked up: taken in once it is known who looks after them. */
  early: ServerReport[];
  strays: StrayState;
  endCheck: EndCheckState;
  journal: JournalEntry[];
  /** What became of servers that had ended when they left the plan. */
  leftPlan: string[];
  measured: Throughput;
  /** What operators have been told already. */
  announced: { waiting: string[]; ended: string[]; failures: number; isStopped?: boolean };
  /** What the Temporal UI's list has been told. */
  shownStatus?: string;
  news: News;
  cancelRequested: boolean;
}

/** Servers that wait are looked up before they start, where their record says so. */
export interface LookUpState {
  isLooking?: true;
  /** Why the last look failed, as the journal has it. */
  trouble?: string;
  /** After a look that failed. */
  notBefore?: number;
}

/** A changed plan whose new servers are being looked up. */
export interface PlanChange {
  /** Servers that it takes away or changes: none of them starts meanwhile. */
  touched: ReadonlySet<string>;
}

/** What was found when the account was last asked for all jobs with the batch's tags. */
export interface StrayState {
  /** Jobs of no server of the plan: it has left the plan, or got another source. They count until they are gone. */
  jobs: JobOfBatch[];
  /** Ids of jobs that were not listed though their sources were: a late read may leave one out, but not twice. */
  missing: string[];
  /** Ids of strays that the journal has. */
  journaled: string[];
  /** The workers'. */
  pollIntervalSeconds: number;
  isLooking?: true;
  /** Polls from one look to the next: more as long as nothing changes. */
  polls: number;
  dueAt?: number;
  /** Why the last look failed, as the journal has it. */
  trouble?: string;
}

/** Servers whose end may not have been heard of are asked after now and then. */
export interface EndCheckState {
  isAsking?: true;
  dueAt?: number;
}

/** How many servers could start now if there were slots; none that an operator, a window or another server holds back. */
export interface Demand {
  startable: number;
  /** Those of them that have a job already. */
  startableWithJob: number;
  /** The same of those whose jobs are to be started again. */
  startableAgain: number;
}

/** Moments at which something may change by itself, in milliseconds since the epoch; the earliest wakes the batch. */
export type Times = (number | undefined)[];

/** A batch at work: its state, and what is made of it. */
export interface Batch {
  readonly state: BatchState;
  index: ServerIndex;
  /** As last decided. */
  demand: Demand;
}

export const noDemand: Demand = { startable: 0, startableWithJob: 0, startableAgain: 0 };

/** A state with its sums. */
export const batchOf = (state: BatchState): Batch => ({
  state,
  index: new ServerIndex(state),
  demand: noDemand,
});

/** Where a batch begins: it knows nothing of the account, nor of an earlier batch of its name. */
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
    measured: { seconds: 0, diskGiB: 0 },
    announced: { waiting: [], ended: [], failures: 0 },
    shownStatus: 'surveying',
    news: noNews(),
    cancelRequested: false,
  };
}

/** After Continue-As-New: the answers to what was under way have gone to the earlier run. */
export const resumed = (state: BatchState, now: number): BatchState => ({
  ...state,
  wishes: resumedWishes(state.wishes, now),
  holding: lostReport(state.holding),
  lookUp: { ...state.lookUp, isLooking: undefined },
  planChange: undefined,
  strays: { ...state.strays, isLooking: undefined },
  endCheck: {},
  news: { ...state.news, isSending: undefined },
});

/** Where the batch is, for whoever asks. */
export function statusOf({ state, index }: Batch): BatchStatus {
  if (state.stage === 'surveying' || state.stage === 'ended') return state.stage;
  if (state.cancelRequested) return 'cancelling';
  const hasWork = index.counts.waiting > 0 || index.hasRestarts;
  if (hasWork && stopReason(state.plan, index, state.gates)) return 'stopped';
  return state.gates.paused.batch ? 'paused' : 'running';
}

/** The source of a server, as far as it is known: every place that needs it asks here. */
export function sourceOf({ servers }: Pick<BatchState, 'servers'>, { name, sourceId }: PlannedServer) {
  const record = servers[name];
  return sourceId ?? (record?.isMoved ? undefined : record?.sourceId);
}

/** A server that does not start before it has been looked up. */
export const isLookedUpFirst = ({ state, index }: Batch, name: string) =>
  index.lookedUpFirst.has(name) || (state.planChange?.touched.has(name) ?? false);

/** Nothing more happens to a server that has no work under way; its job stays. */
export function endUntouched(
  { index }: Batch,
  name: string,
  end: { phase: 'cancelled' } | { phase: 'skipped'; note: string; imageId?: string },
  now: number,
): void {
  index.set(name, { ...end, ...endedUntouched(index.record(name), now) });
}

/** Puts a server back into the queue of its wave, for another round; its job, if it has left one, is taken up then. */
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
    jobId: jobWithoutWorkflow(record)?.jobId,
    roundEndedAt: roundEndedAt ?? lastRoundEnd(record),
  });
}

export const journalLength = 500;
/** Bytes of what an entry says. */
export const entryBytes = 500;

/** Adds to the batch's journal, which keeps the newest entries. */
export function note({ journal }: Pick<BatchState, 'journal'>, by: string, what: string, now: number): void {
  journal.push({ at: now, by: cut(by, 128), what: cut(what, entryBytes) });
  if (journal.length > journalLength) journal.splice(0, journal.length - journalLength);
}
