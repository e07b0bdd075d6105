import { byName } from '../../src/text';
import { hasWorkflow, type ServerRecord } from './servers/server-record';

/** The kinds of wishes: that the workflow of a server starts, or gets an order. */
export const wishKinds = ['start', 'cancel', 'cutOver', 'grant'] as const;
export type WishKind = (typeof wishKinds)[number];

/**
 * A wish is kept, and sent again, until Temporal has confirmed it: a start when the workflow runs, a cut-over or a grant when it
 * is in that workflow's history, a cancel when the server has ended.
 */
export interface Wish {
  server: string;
  kind: WishKind;
  /** How often it has been sent. */
  sends: number;
  /** The earliest time of its next sending; milliseconds since the epoch. */
  nextAt: number;
  /** It was sent, and its delivery is not known yet. */
  isBeingSent?: true;
}

const firstRepeatMs = 1_000;
const longestRepeatMs = 600_000;
/** The most wishes that are being sent at the same time. Temporal allows 2,000 such messages for a workflow. */
const mostBeingSent = 500;

/** The wishes, by kind and server. */
export type Wishes = Record<string, Wish>;

/** The part of a batch that wishes need. */
interface HasWishes {
  state: { wishes: Wishes };
}

const keyOf = (server: string, kind: WishKind) => `${kind} ${server}`;

/** Adds a wish; one that exists is sent again at once. */
export function wish({ state }: HasWishes, server: string, kind: WishKind, now: number): void {
  state.wishes[keyOf(server, kind)] = { server, kind, sends: 0, nextAt: now };
}

/** Removes the wishes for a server, of these kinds or of all. */
export function withdraw({ wishes }: { wishes: Wishes }, server: string, ...kinds: WishKind[]): void {
  for (const kind of kinds.length > 0 ? kinds : wishKinds) delete wishes[keyOf(server, kind)];
}

export const isWished = ({ wishes }: { wishes: Wishes }, server: string, kind: WishKind) =>
  wishes[keyOf(server, kind)] !== undefined;

/**
 * The wishes to send now, and when the next one is due. A wish for a server that no longer has a workflow is removed, and so is a
 * start that is confirmed. While a server's workflow is being started, its other wishes wait, because nothing could get them yet.
 */
export function dueWishes(
  wishes: Wishes,
  records: Readonly<Record<string, ServerRecord>>,
  now: number,
): { due: Wish[]; nextAt?: number } {
  const due: Wish[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  let beingSent = 0;
  for (const [key, one] of Object.entries(wishes)) {
    const { server, kind } = one;
    const stands = kind === 'start' ? isStarting(records[server]) : hasWorkflow(records[server]);
    if (!stands) delete wishes[key];
    else if (one.isBeingSent) beingSent++;
    else if (kind !== 'start' && isStarting(records[server]) && wishes[keyOf(server, 'start')]) continue;
    else if (one.nextAt > now) nextAt = Math.min(nextAt, one.nextAt);
    else due.push(one);
  }
  return {
    due: due.slice(0, Math.max(0, mostBeingSent - beingSent)),
    nextAt: nextAt < Number.POSITIVE_INFINITY ? nextAt : undefined,
  };
}

const isStarting = (record: ServerRecord | undefined) =>
  record?.phase === 'migrating' && record.round > 0 && record.runId === undefined;

/** Notes that a wish is being sent. */
export function noteSending(one: Wish): void {
  one.sends++;
  one.isBeingSent = true;
}

/**
 * A wish was delivered, or not. A delivered wish is removed, because Temporal does not lose it; a cancel is kept until its
 * server has ended. A wish that was not delivered is sent again after a delay that doubles each time: the end of that workflow
 * is on its way to the batch, or will be found by the check of ends.
 */
export function takeDelivery({ state }: HasWishes, sent: Wish, isDelivered: boolean, now: number): void {
  const { server, kind, sends } = sent;
  const one = state.wishes[keyOf(server, kind)];
  if (one?.sends !== sends) return;
  one.isBeingSent = undefined;
  if (isDelivered && kind !== 'cancel') withdraw(state, server, kind);
  else
    one.nextAt =
      now + (isDelivered ? longestRepeatMs : Math.min(longestRepeatMs, firstRepeatMs * 2 ** (sends - 1)));
}

/** The effect of a wish is still not known: it is sent again after its delay. */
export function sendAgain(batch: HasWishes, server: string, kind: WishKind, now: number): void {
  const one = batch.state.wishes[keyOf(server, kind)];
  if (one) takeDelivery(batch, one, false, now);
}

/** The wishes after Continue-As-New: one whose delivery was not known is sent again at once; the others keep their times. */
export const resumedWishes = (wishes: Wishes, now: number): Wishes =>
  byName(
    Object.fromEntries(
      Object.entries(wishes).map(([key, one]) => [
        key,
        one.isBeingSent ? { ...one, isBeingSent: undefined, nextAt: now } : one,
      ]),
    ),
  );
