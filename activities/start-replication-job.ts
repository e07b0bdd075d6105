import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';
import type { EndedJob } from './jobs/ended-job';
import { launchJob } from './jobs/launch-job';

/**
 * Starts a job that is Ready, Stopped or InError; one that has started already is fine, and one that has ended for good
 * is given with its end. SMC: StartReplicationJob.
 */
export function startReplicationJob({ smc }: ActivityContext) {
  return ({ jobId }: { jobId: string }): Promise<EndedJob | undefined> =>
    smcCall((signal) =>
      launchJob(
        smc,
        {
          jobId,
          call: () => smc.startReplicationJob({ jobId }, { signal }),
          from: ['Ready', 'Stopped', 'InError'],
          // A lost answer, or somebody in the console, may have started it before us.
          done: ['Running', 'Waiting', 'Finished'],
        },
        signal,
      ),
    );
}
