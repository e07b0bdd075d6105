import type { ReplicationJob } from '../../src/smc';

const hourMs = 3_600_000;
/** Polls between two looks at a job whose next sync is not due: what breaks it, or ends it, is seen all the same. */
const mostPolls = 30;

/**
 * When an incremental job that is Waiting is worth another look: when its next sync is due, and from then on, as long as
 * that has not been seen, soon and at a growing distance. Gives milliseconds from `now` on.
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
