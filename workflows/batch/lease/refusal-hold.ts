import type { Slots } from '../../contract/slots';
import { growing } from '../../contract/slots';

/**
 * The limit of a batch after the API has refused a job for its quota. The batch goes on with as many jobs as it had at that
 * moment, and tries one more now and then, with a delay that grows with each refusal in a row. The cause may not be known (the
 * VPCs of a region, a quota lower than in the plan), so only a start that succeeds shows that there is room.
 */
export interface RefusalHold {
  resource: keyof Slots;
  code: string;
  message: string;
  /** The number of jobs that surely have room. */
  limit: number;
  /** Refusals in a row. */
  refusals: number;
  /** The earliest time at which more jobs are tried; milliseconds since the epoch. */
  until: number;
  /** The number of jobs to try then; it doubles with each success, until the limit is removed. */
  tries: number;
  /** When the first of the present tries began. */
  triedAt?: number;
}

const firstHoldMs = 15_000;
const longestHoldMs = 600_000;
/** Above so many tries at once the limit is removed. */
const enoughTries = 8;
/** A try that is not refused for so long counts as a success: its report may be lost. */
const trialMs = 300_000;

/** The limit after a refusal. `inUse` has the slots in use without the refused job. */
export function afterRefusal(
  hold: RefusalHold | undefined,
  refused: { resource: keyof Slots; code: string; message: string },
  inUse: Slots,
  now: number,
): RefusalHold {
  const limit = inUse[refused.resource];
  // Several jobs that were tried at once are refused at once: that counts as one refusal.
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

/** The limit after a start that succeeded. Only a start beyond the limit shows that there is more room. */
export function afterSuccess(hold: RefusalHold | undefined, inUse: Slots): RefusalHold | undefined {
  if (!hold || inUse[hold.resource] <= hold.limit) return hold;
  const tries = 2 * hold.tries;
  if (tries > enoughTries) return undefined;
  return { ...hold, limit: hold.limit + 1, refusals: 0, tries, triedAt: undefined };
}

/** The limit after the lease has grown, because other batches need less. After a single refusal the next try comes at once. */
export const releasedHold = (hold: RefusalHold | undefined, now: number): RefusalHold | undefined =>
  hold && hold.refusals <= 1 ? { ...hold, until: Math.min(hold.until, now) } : hold;

/** The slots within the limit. */
export function heldSlots(cap: Slots, hold: RefusalHold | undefined, now: number): Slots {
  if (!hold) return cap;
  const most = now < hold.until ? hold.limit : hold.limit + hold.tries;
  return { ...cap, [hold.resource]: Math.min(cap[hold.resource], most) };
}

/** The time until which the present tries may be refused; undefined when there are none. */
export function trialEnd(hold: RefusalHold, inUse: Slots, now: number): number | undefined {
  if (inUse[hold.resource] <= hold.limit) return undefined;
  return (hold.triedAt ?? now) + trialMs;
}

/** Why servers wait although the lease has slots for them. */
export function refusalReason({ resource, code, message, until }: RefusalHold, now: number): string {
  const what = resource === 'running' ? 'run' : 'have';
  const when =
    now < until
      ? `one server tries again at ${new Date(until).toISOString().replace(/\.\d+Z$/, 'Z')}`
      : 'one server tries again now';
  return `SMC refuses to ${what} one more job: ${code}: ${message}; ${when}`;
}
