import { byName } from '../../src/text';
import { hasWorkflow, type ServerRecord } from './servers/server-record';

/** What is wished of the workflow of a server: that it starts, or that it hears an order. */
export const wishKinds = ['start', 'cancel', 'cutOver', 'grant'] as const;
export type WishKind = (typeof wishKinds)[number];

/**
 * A wish stands until Temporal has confirmed its effect: a start once the workflow runs, a cut-over or a grant once it is
 * written into that workflow's history, a cancel once the server has ended. Until then it is sent again.
 */
export interface Wish {
  server: string;
  kind: WishKind;
  /** How often it has been sent. */
  sends: number;
  /** It is not sent before; milliseconds since the epoch. */
  nextAt: number;
  /** It has been sent, and what became of it is not known yet. */
  isBeingSent?: true;
}

const firstRepeatMs = 1_000;
const longestRepeatMs = 600_000;
/** Temporal lets a workflow have 2,000 such messages under way. */
const mostBeingSent = 500;

/** By server and kind. */
export type Wishes = Record<string, Wish>;

/** A batch, as far as wishes go. */
interface HasWishes {
  state: { wishes: Wishes };
}

const keyOf = (server: string, kind: WishKind) => `${kind} ${server}`;

/** Adds a wish; one that stands already is sent anew. */
export function wish({ state }: HasWishes, server: string, kind: WishKind, now: number): void {
  state.wishes[keyOf(server, kind)] = { server, kind, sends: 0, nextAt: now };
}

/** Forgets what a server was to hear, of one kind or of all: a newer order replaces it. */
export function withdraw({ wishes }: { wishes: Wishes }, server: string, ...kinds: WishKind[]): void {
  for (const kind of kinds.length > 0 ? kinds : wishKinds) delete wishes[keyOf(server, kind)];
}

export const isWished = ({ wishes }: { wishes: Wishes }, server: string, kind: WishKind) =>
  wishes[keyOf(server, kind)] !== undefined;

/**
 * The wishes to send now, and when to look again. A wish is moot once no workflow looks after its server any more, a start
 * once it is confirmed: it is forgotten. One whose server's workflow is being started waits for that: sent before, it would
 * reach nobody.
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
 * What became of a wish that was sent. Once Temporal has it, it cannot be lost any more; a cancel stands all the same, as
 * its server may take long to end. What has reached nobody is sent again, after a while that doubles each time: the end of
 * its workflow is on its way to us, or is asked for.
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

/** What became of a wish is still not known: it is sent once more, after its while. */
export function sendAgain(batch: HasWishes, server: string, kind: WishKind, now: number): void {
  const one = batch.state.wishes[keyOf(server, kind)];
  if (one) takeDelivery(batch, one, false, now);
}

/** After Continue-As-New a wish whose answer was still awaited is sent again at once; the others keep their time. */
export const resumedWishes = (wishes: Wishes, now: number): Wishes =>
  byName(
    Object.fromEntries(
      Object.entries(wishes).map(([key, one]) => [
        key,
        one.isBeingSent ? { ...one, isBeingSent: undefined, nextAt: now } : one,
      ]),
    ),
  );
