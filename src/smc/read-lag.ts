// The one place that says how late a read of the account may be. SMC: reads may lag writes, and not every read comes from
// the same copy; by how much is not published. Whoever doubts a read asks here for how long.

/** What is assumed, as SMC publishes no limit: no read is later than this. Used where a mistake would cost most. */
const longestLagMs = 300_000;

/** A look that contradicts what is known is believed once it has been repeated so often, over so long. */
const contradiction = { looks: 5, seconds: 60 };

/** How long a look that contradicts what is known may be a late one, for who looks at every poll. */
export const lateReadMs = (pollIntervalSeconds: number): number =>
  1000 * Math.max(contradiction.seconds, contradiction.looks * pollIntervalSeconds);

/** Tells when something has been seen for longer than a late read explains; it begins anew whenever it is not seen. */
export function lateReadPatience(pollIntervalSeconds: number): (isSeen: boolean) => boolean {
  let since: number | undefined;
  return (isSeen) => {
    since = isSeen ? (since ?? Date.now()) : undefined;
    return since !== undefined && Date.now() - since > lateReadMs(pollIntervalSeconds);
  };
}

/**
 * So long after an event that somebody else's clock has stamped every read shows what was written for it: twice the
 * longest lag, for the write may have come a little after the event, and clocks differ.
 */
export const settledMs = 2 * longestLagMs;

/** Looks in a row that a job must be missing from before it may be gone. */
export const fewestLooksWithoutJob = 3;

/** A call whose effect is not seen after so many looks is made again. */
export const looksForEffect = 10;

/** Whether a refusal that nothing listed explains may be explained by the next read: by its tries, and the time since the first. */
export const mayRefusalBeExplained = (tries: number, sinceFirstMs: number): boolean =>
  tries < 8 || sinceFirstMs < longestLagMs;

/** Whether another batch's job on a source may be gone already: it is looked at a few times, over some seconds. */
export const mayOccupantBeGone = (tries: number): boolean => tries < 4;
