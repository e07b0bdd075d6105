import { Context } from '@temporalio/activity';
import { type ReplicationJob, SmcError } from '../../src/smc';
import { mustNotWaitHere } from '../calls/at-once';
import type { ActivityContext } from '../calls/context';
import { passingFailure } from '../calls/smc-failure';
import { jobAbsence } from './job-absence';

/** Seconds between two reads: short enough for several reads in the time of one activity. */
const lookSeconds = 5;

/**
 * Reads the server's job that the survey has found, when the list of jobs on its source lacks it. The job may be the only proof
 * that the source was migrated, so it is read several times. Gives undefined once it is gone, or is on another source.
 * SMC: DescribeReplicationJobs.
 */
export async function findKnownJob(
  { smc, pollIntervalSeconds }: ActivityContext,
  { knownJobId, sourceId }: { knownJobId: string; sourceId: string },
): Promise<ReplicationJob | undefined> {
  const seconds = Math.min(lookSeconds, pollIntervalSeconds);
  const absence = jobAbsence({ smc, pollIntervalSeconds: seconds }, { jobId: knownJobId, sourceId });
  for (;;) {
    const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [knownJobId] });
    const known = replicationJobs.find(({ jobId }) => jobId === knownJobId);
    if (known) {
      // The plan may name another source for this server now.
      const isOnSource = known.sourceId === undefined || known.sourceId === sourceId;
      return isOnSource && known.status !== 'Deleting' ? known : undefined;
    }
    const { isGone, doubt } = await absence.missed();
    if (isGone) return undefined;
    if (doubt !== undefined)
      throw passingFailure(new SmcError({ code: 'ReplicationJob.NotSeen', message: doubt }));
    mustNotWaitHere();
    await Context.current().sleep(seconds * 1000);
  }
}
