import type { ReplicationJob } from '../../src/smc';

const hourMs = 3_600_000;
/** The most poll intervals between two reads of a job whose next sync is not due: its error, or its end, is still seen. */
const mostPolls = 30;

/**
 * When to read an incremental job in Waiting again: when its next sync is due; while that sync is not seen, soon, with a growing
 * delay. Gives milliseconds from `now` on.
 */
export function nextSyncLook(frequency: number, pollIntervalSeconds: number) {
  const pollMs = Math.max(100, pollIntervalSeconds * 1000);
  let lastRun: string | undefined;
  let lateLooks = 0;
  return ({ replicationJobRuns }: Pick<ReplicationJob, 'replicationJobRuns'>, now: number): number => {
    const run = replicationJobRuns.at(-1)?.startTime;
    if (run !== lastRun) lateLooks = 0;
    lastRun = run;
    const until = Date.parse(run ?? '') + frequency * hourMs - now;
    if (until > 0) return Math.min(until, mostPolls * pollMs);
    return Math.min(2 ** Math.min(lateLooks++, 10), mostPolls) * pollMs;
  };
}
