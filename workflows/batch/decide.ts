import type { PlannedServer } from '../../src/plan';
import type { LeaseReport } from '../contract/quota-messages';
import type { NewsItem } from '../news/news';
import { dueNews } from '../news/news';
import { dealSlots } from './deal-slots';
import { reportToQuota } from './lease/lease-use';
import { dueStrayLook, type StrayLook } from './looks/strays';
import { type Batch, type BatchState, endUntouched, statusOf, type Times } from './state';
import { announceAccount, announceEvents, announceStop } from './telling/announce';
import { dueWishes, isWished, noteSending, type Wish, wish } from './wishes';

/** What is to be done now. All of it counts as under way in the state, until what became of it is taken. */
export interface Decision {
  /** Workflows to start, and orders to send to them. */
  wishes: Wish[];
  /** For the account's quota. */
  report?: LeaseReport;
  /** All servers, for the first time: nothing starts before. */
  surveys?: true;
  /** The survey is broken off: the batch has been cancelled. */
  cancelsSurvey?: true;
  /** Servers to look up in the account before they start. */
  lookUp?: PlannedServer[];
  /** The account is to be asked for jobs that no server has. */
  strays?: StrayLook;
  /** Servers whose workflow may have ended unheard. */
  endCheck?: string[];
  /** For the operators' webhook. */
  news?: NewsItem;
  /** For the Temporal UI's list, when it has changed. */
  status?: string;
  /** All servers have ended. */
  isOver: boolean;
  /** When to decide again, should nothing happen before; milliseconds since the epoch. */
  wakeAt?: number;
}

const endCheckMs = 60_000;

/**
 * The whole of what a batch does by itself: who starts, who gets a slot again, who has no hope, what is sent once more, what
 * the quota must hear, whom to ask, what operators are told, when to look again. Writes to the state and does nothing else.
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
  const status = statusOf(batch);
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
  // Also one that begins in this step: once it is broken off, what an earlier batch has at work is looked up and cancelled.
  if (state.cancelRequested) decision.cancelsSurvey = true;
}

/** Nothing more starts; what runs is stopped and cleaned up. */
function cancelAll(batch: Batch, now: number): void {
  const { state, index } = batch;
  batch.demand = { startable: 0, startableWithJob: 0, startableAgain: 0 };
  if (index.counts.waiting > 0)
    for (const { name } of state.plan.servers)
      if (index.phaseOf(name) === 'waiting') endUntouched(batch, name, { phase: 'cancelled' }, now);
  for (const name of index.withWorkflow)
    if (!isWished(state, name, 'cancel')) wish(batch, name, 'cancel', now);
}

/** Servers that must not start before they have been looked up; they wait meanwhile. */
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

/** A workflow that was terminated would hold its server's slot for ever: now and then its servers are asked after. */
function dueEndCheck({ state, index }: Batch, now: number, times: Times): string[] | undefined {
  const { endCheck } = state;
  if (endCheck.isAsking) return undefined;
  if (index.withWorkflow.size === 0) {
    endCheck.dueAt = undefined;
    return undefined;
  }
  endCheck.dueAt ??= now + endCheckMs;
  if (now < endCheck.dueAt) {
    times.push(endCheck.dueAt);
    return undefined;
  }
  state.endCheck = { isAsking: true };
  return [...index.withWorkflow].filter((name) => !isWished(state, name, 'start'));
}

/** At the batch's end nothing is held back; once there is trouble, another workflow tries again. */
function sendNews({ state: { news, stage } }: Batch, now: number, times: Times): NewsItem | undefined {
  const isAtItsEnd = hasEndedAllServers({ stage });
  if (isAtItsEnd && news.failedRounds > 0) return undefined;
  if (isAtItsEnd) news.notBefore = 0;
  const { item, nextAt } = dueNews(news, now);
  times.push(nextAt);
  return item;
}

/** Only the last reports and messages are left. */
const hasEndedAllServers = ({ stage }: Pick<BatchState, 'stage'>) =>
  stage === 'ending' || stage === 'leaving';

/** Of the times that anything asked for. */
function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
