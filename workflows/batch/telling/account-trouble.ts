import { failureText } from '../../../src/text';
import type { SmcFailure } from '../../contract/failure';
import type { AccountReport } from '../../contract/server-messages';
import type { AccountTrouble } from '../../contract/views';

/** What the batch knows of an account that refuses calls; carried over Continue-As-New. Times in milliseconds since the epoch. */
export interface AccountState {
  /** When each worker that is refused last said so. */
  refusedAt: Record<string, number>;
  error?: SmcFailure;
  /** When it began, and when it was last seen to be over. */
  since?: number;
  overAt?: number;
  /** Operators have been told that it began. */
  isAnnounced: boolean;
  /** How many servers were started all the same, to find out whether it is over. */
  tries: number;
}

export const accountInOrder = (): AccountState => ({ refusedAt: {}, isAnnounced: false, tries: 0 });

/** Workers repeat what they are refused each minute or so; one that is silent for longer is not refused any more, or gone. */
const silenceMs = 150_000;
/** Trouble that comes back so soon is the same one, and its end is told only then: operators want to hear of it once. */
const flutterMs = 65_000;
/** The first server is started all the same after this, the next after twice as long, and so on. */
const firstTryMs = 60_000;

/** Takes what a worker says; gives whether it is news. */
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

/** Forgets workers that have fallen silent; gives when to look again. */
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

/** What is to be announced now, if anything; it counts as told. */
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

/** Until when nothing is started; undefined when something may be. While servers are under way, their calls find out first. */
export function heldByAccount(state: AccountState, isAnyUnderWay: boolean, now: number): number | undefined {
  if (!state.error || state.since === undefined) return undefined;
  if (!isAnyUnderWay && state.tries === 0) return undefined;
  const until = state.since + firstTryMs * (2 ** (state.tries + 1) - 1);
  return now < until ? until : undefined;
}

/** One server was started though the account refuses. */
export function noteTry(state: AccountState): void {
  state.tries++;
}

/** What views show on top. */
export const accountTrouble = ({ error, since }: AccountState): AccountTrouble | undefined =>
  error && since !== undefined ? { error, since: new Date(since).toISOString() } : undefined;

/** Why nothing starts meanwhile. */
export const accountReason = ({ error }: AccountState) =>
  error && `the account refuses calls, which are repeated until it does not: ${error.code}`;
