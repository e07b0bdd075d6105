// How late a read of the account may be is decided here alone. SMC: a read may be older than the last write, and reads may come
// from different copies; SMC does not publish by how much.

/** No read is later than this. It is an assumption, because SMC publishes no limit; used where a mistake would cost most. */
const longestLagMs = 300_000;

/** A read that contradicts what is known counts once it was repeated so often, over so long. */
const contradiction = { looks: 5, seconds: 60 };

/** For how long a read that contradicts what is known may be a late one, with a read at each poll. */
export const lateReadMs = (pollIntervalSeconds: number): number =>
  1000 * Math.max(contradiction.seconds, contradiction.looks * pollIntervalSeconds);

/** Gives true once something was seen for longer than a late read explains. Each time that it is not seen the count starts again. */
export function lateReadPatience(pollIntervalSeconds: number): (isSeen: boolean) => boolean {
  let since: number | undefined;
  return (isSeen) => {
    since = isSeen ? (since ?? Date.now()) : undefined;
    return since !== undefined && Date.now() - since > lateReadMs(pollIntervalSeconds);
  };
}

/**
 * So long after an event every read shows its writes. It is twice the longest lag, because the write may come a little after the
 * event, and the time of the event may come from another clock.
 */
export const settledMs = 2 * longestLagMs;

/** A job may be gone when so many reads in a row do not list it. */
export const fewestLooksWithoutJob = 3;

/** A call is made again when so many reads do not show its effect. */
export const looksForEffect = 10;

/** Whether a later read may explain a refusal, by the number of tries and the time since the first. */
export const mayRefusalBeExplained = (tries: number, sinceFirstMs: number): boolean =>
  tries < 8 || sinceFirstMs < longestLagMs;

/** Whether another batch's job on a source may be gone already: the source is read a few times, over some seconds. */
export const mayOccupantBeGone = (tries: number): boolean => tries < 4;
