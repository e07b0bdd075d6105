import { setTimeout as sleep } from 'node:timers/promises';
import { lateReadPatience } from '../../src/smc';
import type { ActivityContext } from '../calls/context';
import { smcCall } from '../calls/smc-failure';
import { adopted, type CreatedJob } from '../create-replication-job';
import { judgeForServer, type ServerOfJob } from '../sources/judge-for-server';
import type { SourceReader } from '../sources/source-reader';

/** Enough looks for the time that one call may take. */
const lookSeconds = 5;

/**
 * Looks for the job that a creation may have made whose answer never came, by its tags on the source; gives undefined once
 * it has not been listed for a while. SMC: DescribeReplicationJobs, ListTagResources.
 */
export function findJobOfServer({ pollIntervalSeconds }: ActivityContext, sources: SourceReader) {
  return (input: Omit<ServerOfJob, 'knownJobId'>): Promise<CreatedJob | undefined> =>
    smcCall(async (signal) => {
      const seconds = Math.min(lookSeconds, pollIntervalSeconds);
      const hasNotBeenListed = lateReadPatience(seconds);
      for (;;) {
        const { ownJob } = judgeForServer(input, await sources.read(input.sourceId));
        if (ownJob) return adopted(ownJob);
        if (hasNotBeenListed(true)) return undefined;
        await sleep(seconds * 1000, undefined, { signal });
      }
    });
}
