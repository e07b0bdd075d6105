import { setTimeout as sleep } from 'node:timers/promises';
import { lateReadPatience } from '../../src/smc';
import type { ActivityContext } from '../calls/context';
import { smcCall } from '../calls/smc-failure';
import { adopted, type CreatedJob } from '../create-replication-job';
import { judgeForServer, type ServerOfJob } from '../sources/judge-for-server';
import type { SourceReader } from '../sources/source-reader';

/** Seconds between two reads: short enough for several reads in the time of one activity. */
const lookSeconds = 5;

/**
 * Finds the job that a creation with a lost answer may have made, by the tags of the jobs on the source. Gives undefined when
 * no such job was listed for a while. SMC: DescribeReplicationJobs, ListTagResources.
 */
export function findJobOfServer({ pollIntervalSeconds }: ActivityContext, sources: SourceReader) {
  return (input: Omit<ServerOfJob, 'knownJobId'>): Promise<CreatedJob | undefined> =>
    smcCall(async (signal) => {
      const seconds = Math.min(lookSeconds, pollIntervalSeconds);
      const hasNotBeenListed = lateReadPatience(seconds);
      for (;;) {
        const { ownJob } = judgeForServer(input, await sources.read(input.sourceId));
        if (ownJob) return { ...adopted(ownJob), pollIntervalSeconds };
        if (hasNotBeenListed(true)) return undefined;
        await sleep(seconds * 1000, undefined, { signal });
      }
    });
}
