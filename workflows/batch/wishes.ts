import { hasWorkflow, type ServerRecord } from './server-record';

/** What the workflow of a server is to be told. */
export type WishKind = 'cancel' | 'cutOver' | 'grant';

/**
 * An order to the workflow of one server. A cut-over or a grant stands until Temporal has written it into that workflow's
 * history, a cancel until the server has ended.
 */
export interface Wish {
  server: string;
  kind: WishKind;
  /** How often it has been sent. */
  sends: number;
  /** It is not sent again before; milliseconds since the epoch. */
  nextAt: number;
}

const firstRepeatMs = 1_000;
const longestRepeatMs = 600_000;
/** Temporal lets a workflow have 2,000 such messages under way. */
const mostInFlight = 500;

/** Adds a wish; one that stands already is sent anew. */
export const withWish = (wishes: readonly Wish[], server: string, kind: WishKind, now: number): Wish[] => [
  ...wishes.filter((wish) => wish.server !== server || wish.kind !== kind),
  { server, kind, sends: 0, nextAt: now },
];

/** The wishes that still stand, those to send now, and when to look again. */
export interface DueWishes {
  standing: Wish[];
  due: Wish[];
  nextAt?: number;
}

/**
 * A wish is moot once no workflow looks after its server any more. One whose server's workflow is being started waits for
 * that: sent before, it would reach nobody.
 */
export function dueWishes(
  wishes: readonly Wish[],
  records: Readonly<Record<string, ServerRecord>>,
  underWay: { starting: ReadonlySet<string>; inFlight: ReadonlySet<Wish> },
  now: number,
): DueWishes {
  const standing = wishes.filter(({ server }) => hasWorkflow(records[server]));
  const toSend = standing.filter(
    (wish) => !underWay.starting.has(wish.server) && !underWay.inFlight.has(wish),
  );
  const due = toSend
    .filter(({ nextAt }) => nextAt <= now)
    .slice(0, Math.max(0, mostInFlight - underWay.inFlight.size));
  const later = toSend.filter(({ nextAt }) => nextAt > now).map(({ nextAt }) => nextAt);
  return { standing, due, nextAt: later.length > 0 ? Math.min(...later) : undefined };
}

/** Temporal has written it into the server's history, so that it cannot be lost any more; gives the wishes that still stand. */
export function noteHeard(wishes: readonly Wish[], heard: Wish, now: number): Wish[] {
  heard.nextAt = now + longestRepeatMs;
  return wishes.filter((wish) => wish !== heard || wish.kind === 'cancel');
}

/** Notes that a wish is being sent: it is repeated after a while that doubles each time. */
export function noteSending(wish: Wish, now: number): void {
  wish.sends++;
  wish.nextAt = now + Math.min(longestRepeatMs, firstRepeatMs * 2 ** (wish.sends - 1));
}
