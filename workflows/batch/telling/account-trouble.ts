import { failureText } from '../../../src/text';
import type { SmcFailure } from '../../contract/failure';
import type { AccountReport } from '../../contract/server-messages';
import type { AccountTrouble } from '../../contract/views';

/** The refusals of the account that workers have reported; carried over Continue-As-New. Times in milliseconds since the epoch. */
export interface AccountState {
  /** The time of the last refusal that each worker has reported. */
  refusedAt: Record<string, number>;
  error?: SmcFailure;
  /** When the trouble began, and when it was last seen to be over. */
  since?: number;
  overAt?: number;
  /** The start of the trouble was announced. */
  isAnnounced: boolean;
  /** The number of servers that were started as a test while the account refuses calls. */
  tries: number;
}

export const accountInOrder = (): AccountState => ({ refusedAt: {}, isAnnounced: false, tries: 0 });

/** A worker repeats its report about every minute. One that is silent for longer is no longer refused, or is gone. */
const silenceMs = 150_000;
/** The end of trouble is announced after this time. Trouble that comes back before counts as the same, so that it is announced once. */
const flutterMs = 65_000;
/** The wait before the first server is started as a test; the wait doubles for each next one. */
const firstTryMs = 60_000;

/** Takes the report of a worker; gives whether it has changed the error. */
export function takeAccountReport(
  state: AccountState,
  { worker, error }: AccountReport,
  now: number,
): boolean {
  const was = state.error;
  if (error) {
    state.refusedAt[worker] = now;
    state.since ??= now;
    state.error = error;
    state.overAt = undefined;
    return was?.code !== error.code;
  }
  delete state.refusedAt[worker];
  passIfOver(state, now);
  return was !== state.error;
}

/** Removes workers that are silent for too long; gives the time of the next check. */
export function checkAccount(state: AccountState, now: number): number | undefined {
  for (const [worker, at] of Object.entries(state.refusedAt))
    if (now - at >= silenceMs) delete state.refusedAt[worker];
  passIfOver(state, now);
  if (state.error) return Math.min(...Object.values(state.refusedAt)) + silenceMs;
  return state.overAt === undefined ? undefined : state.overAt + flutterMs;
}

function passIfOver(state: AccountState, now: number): void {
  if (!state.error || Object.keys(state.refusedAt).length > 0) return;
  state.error = undefined;
  state.overAt = now;
  state.tries = 0;
}

/** The announcement that is due now; it counts as made. */
export function accountAnnouncement(state: AccountState, now: number, isLast = false): string | undefined {
  const { error, overAt } = state;
  if (error && !state.isAnnounced) {
    state.isAnnounced = true;
    return `the account refuses calls, no server fails for it: ${failureText(error)}`;
  }
  if (overAt === undefined || (!isLast && now - overAt < flutterMs)) return undefined;
  const wasAnnounced = state.isAnnounced;
  Object.assign(state, accountInOrder(), { since: undefined, overAt: undefined });
  return wasAnnounced ? 'the account no longer refuses calls: the batch goes on' : undefined;
}

/** The time until which no server starts; undefined when one may start. While servers are under way, their calls are the test. */
export function heldByAccount(state: AccountState, isAnyUnderWay: boolean, now: number): number | undefined {
  if (!state.error || state.since === undefined) return undefined;
  if (!isAnyUnderWay && state.tries === 0) return undefined;
  const until = state.since + firstTryMs * (2 ** (state.tries + 1) - 1);
  return now < until ? until : undefined;
}

/** Notes a server that was started as a test while the account refuses calls. */
export function noteTry(state: AccountState): void {
  state.tries++;
}

/** The account's trouble, as views show it. */
export const accountTrouble = ({ error, since }: AccountState): AccountTrouble | undefined =>
  error && since !== undefined ? { error, since: new Date(since).toISOString() } : undefined;

/** Why no server starts while the account refuses calls. */
export const accountReason = ({ error }: AccountState) =>
  error && `the account refuses calls, which are repeated until it does not: ${error.code}`;
