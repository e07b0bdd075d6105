import type { Slots } from '../../contract/slots';
import { growing } from '../../contract/slots';

/**
 * What a batch does after the API has refused a job for its quota: it goes on with as many jobs as it had at that moment,
 * and tries one more now and then, with growing distance while the refusals follow each other. What refuses may be known
 * to nobody (a region's VPCs, a limit lower than the plan says), so only a start that succeeds tells that there is room.
 */
export interface RefusalHold {
  resource: keyof Slots;
  code: string;
  message: string;
  /** So many are known to have room. */
  limit: number;
  /** Refusals in a row. */
  refusals: number;
  /** Nothing beyond the limit is tried before; milliseconds since the epoch. */
  until: number;
  /** How many may try at once then: doubled with each success, until nothing is held back any more. */
  tries: number;
  /** When the first of those that try now began. */
  triedAt?: number;
}

const firstHoldMs = 15_000;
const longestHoldMs = 600_000;
/** With so many successes in a row there is room again. */
const enoughTries = 8;
/** One that has not been refused for so long has been taken, though its word was lost. */
const trialMs = 300_000;

/** `inUse` is what is left in use after the refusal. */
export function afterRefusal(
  hold: RefusalHold | undefined,
  refused: { resource: keyof Slots; code: string; message: string },
  inUse: Slots,
  now: number,
): RefusalHold {
  const limit = inUse[refused.resource];
  // Several that had started at once are refused at once: one refusal.
  if (hold && now < hold.until && hold.resource === refused.resource)
    return { ...hold, ...refused, limit: Math.min(limit, hold.limit), triedAt: undefined };
  const refusals = (hold?.refusals ?? 0) + 1;
  return {
    ...refused,
    limit,
    refusals,
    until: now + growing(refusals, firstHoldMs, longestHoldMs),
    tries: 1,
  };
}

/** A start succeeded. One in the place of a job that has ended shows nothing new; one beyond the limit does. */
export function afterSuccess(hold: RefusalHold | undefined, inUse: Slots): RefusalHold | undefined {
  if (!hold || inUse[hold.resource] <= hold.limit) return hold;
  const tries = 2 * hold.tries;
  if (tries > enoughTries) return undefined;
  return { ...hold, limit: hold.limit + 1, refusals: 0, tries, triedAt: undefined };
}

/** The lease has grown: others have left. What was refused once is tried at once; what goes on being refused is not. */
export const releasedHold = (hold: RefusalHold | undefined, now: number): RefusalHold | undefined =>
  hold && hold.refusals <= 1 ? { ...hold, until: Math.min(hold.until, now) } : hold;

/** The slots that may be used, as far as the refusals leave them. */
export function heldSlots(cap: Slots, hold: RefusalHold | undefined, now: number): Slots {
  if (!hold) return cap;
  const most = now < hold.until ? hold.limit : hold.limit + hold.tries;
  return { ...cap, [hold.resource]: Math.min(cap[hold.resource], most) };
}

/** Until when the trial under way may still be refused; undefined when nothing tries. */
export function trialEnd(hold: RefusalHold, inUse: Slots, now: number): number | undefined {
  if (inUse[hold.resource] <= hold.limit) return undefined;
  return (hold.triedAt ?? now) + trialMs;
}

/** Why servers wait that have a slot by their lease. */
export function refusalReason({ resource, code, message, until }: RefusalHold, now: number): string {
  const what = resource === 'running' ? 'run' : 'have';
  const when =
    now < until
      ? `one server tries again at ${new Date(until).toISOString().replace(/\.\d+Z$/, 'Z')}`
      : 'one server tries again now';
  return `SMC refuses to ${what} one more job: ${code}: ${message}; ${when}`;
}
