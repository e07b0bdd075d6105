import type { PlannedServer } from '../../src/plan';
import type { LeaseReport } from '../contract/quota-messages';
import type { NewsItem } from '../news/news';
import { dueNews } from '../news/news';
import { dealSlots } from './deal-slots';
import { reportToQuota } from './lease/lease-use';
import { dueStrayLook, type StrayLook } from './looks/strays';
import { endCheckMs } from './server-workflow';
import { type Batch, type BatchState, endUntouched, noDemand, type Times } from './state';
import { statusOf } from './status';
import { announceAccount, announceEvents, announceStop } from './telling/announce';
import { dueWishes, isWished, noteSending, type Wish, wish } from './wishes';

/** What the batch does now. The state notes each part as sent until its result has come. */
export interface Decision {
  /** Wishes to send: starts of workflows, and orders to them. */
  wishes: Wish[];
  /** The report to the account's quota. */
  report?: LeaseReport;
  /** The survey is made: no server starts before it has ended. */
  surveys?: true;
  /** The survey is ended, because the batch was cancelled. */
  cancelsSurvey?: true;
  /** Servers to look up in the account before they start. */
  lookUp?: PlannedServer[];
  /** A search for strays: jobs of the batch that belong to no server. */
  strays?: StrayLook;
  /** Servers whose workflows may have ended while their reports were lost. */
  endCheck?: string[];
  /** The message for the operators' webhook. */
  news?: NewsItem;
  /** The status for the list of the Temporal UI, when it has changed. */
  status?: string;
  /** All servers have ended. */
  isOver: boolean;
  /** When to decide again at the latest; milliseconds since the epoch. */
  wakeAt?: number;
}

/**
 * Decides all that a batch does by itself: which servers start, get a slot again or fail for a dependency; which wishes are sent;
 * the report to the quota; look-ups and checks; messages to operators; the next time to decide. It changes only the state.
 */
export function decide(batch: Batch, now: number): Decision {
  const { state, index } = batch;
  const times: Times = [];
  const decision: Decision = { wishes: [], isOver: false };
  if (state.stage === 'surveying') decideSurvey(batch, decision);
  if (state.stage === 'running') {
    times.push(announceAccount(batch, now));
    if (state.cancelRequested) cancelAll(batch, now);
    else {
      dealSlots(batch, now, times);
      decision.lookUp = dueLookUp(batch, now, times);
      decision.strays = dueStrayLook(batch, now, times);
    }
    decision.wishes = sendWishes(batch, now, times);
    decision.endCheck = dueEndCheck(batch, now, times);
    announceStop(batch, now);
    announceEvents(batch, now);
    decision.isOver = index.haveAllEnded;
  }
  decision.report = reportToQuota(batch, now, times);
  decision.news = sendNews(batch, now, times);
  const status = statusOf(batch, now);
  if (status !== state.shownStatus && !hasEndedAllServers(state)) {
    state.shownStatus = status;
    decision.status = status;
  }
  decision.wakeAt = earliest(times);
  return decision;
}

function decideSurvey({ state }: Batch, decision: Decision): void {
  if (!state.lookUp.isLooking) {
    state.lookUp.isLooking = true;
    decision.surveys = true;
  }
  // Also a survey that begins in this step: when it is ended, workflows from before the batch was applied are found and cancelled.
  if (state.cancelRequested) decision.cancelsSurvey = true;
}

/** Cancels all servers: waiting ones end, the others are stopped and cleaned up. */
function cancelAll(batch: Batch, now: number): void {
  const { state, index } = batch;
  batch.demand = noDemand;
  if (index.counts.waiting > 0)
    for (const { name } of state.plan.servers)
      if (index.phaseOf(name) === 'waiting') endUntouched(batch, name, { phase: 'cancelled' }, now);
  for (const name of index.withWorkflow)
    if (!isWished(state, name, 'cancel')) wish(batch, name, 'cancel', now);
}

/** The servers to look up before they start, when a look-up is due. */
function dueLookUp(batch: Batch, now: number, times: Times): PlannedServer[] | undefined {
  const { state, index } = batch;
  const { lookUp, planChange, plan } = state;
  if (index.lookedUpFirst.size === 0 || lookUp.isLooking || planChange) return undefined;
  if (lookUp.notBefore !== undefined && now < lookUp.notBefore) {
    times.push(lookUp.notBefore);
    return undefined;
  }
  lookUp.isLooking = true;
  return plan.servers.filter(({ name }) => index.lookedUpFirst.has(name));
}

function sendWishes({ state }: Batch, now: number, times: Times): Wish[] {
  const { due, nextAt } = dueWishes(state.wishes, state.servers, now);
  for (const one of due) noteSending(one);
  times.push(nextAt);
  return due;
}

/** The servers to check when a check is due: a workflow that was terminated reports no end, and would hold its slot for ever. */
function dueEndCheck({ state, index }: Batch, now: number, times: Times): string[] | undefined {
  const { endCheck } = state;
  if (endCheck.isAsking) return undefined;
  if (index.withWorkflow.size === 0) {
    state.endCheck = {};
    return undefined;
  }
  endCheck.dueAt ??= now + (endCheck.everyMs ?? endCheckMs.first);
  if (now < endCheck.dueAt) {
    times.push(endCheck.dueAt);
    return undefined;
  }
  state.endCheck = { ...endCheck, dueAt: undefined, isAsking: true };
  return [...index.withWorkflow].filter((name) => !isWished(state, name, 'start'));
}

/** The message to send now. At the batch's end messages do not wait, and after a failure another workflow sends them. */
function sendNews({ state: { news, stage } }: Batch, now: number, times: Times): NewsItem | undefined {
  const isAtItsEnd = hasEndedAllServers({ stage });
  if (isAtItsEnd && news.failedRounds > 0) return undefined;
  if (isAtItsEnd) news.notBefore = 0;
  const { item, nextAt } = dueNews(news, now);
  times.push(nextAt);
  return item;
}

/** Whether all servers have ended, and only the last reports and messages are left. */
const hasEndedAllServers = ({ stage }: Pick<BatchState, 'stage'>) =>
  stage === 'ending' || stage === 'leaving';

/** The earliest of the times at which the batch must wake. */
function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
