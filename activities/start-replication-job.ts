import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';
import type { EndedJob } from './jobs/ended-job';
import { launchJob } from './jobs/launch-job';

/**
 * Starts a job that is Ready, Stopped or InError. A job that has started before is a success; one that has ended is given with
 * its end. SMC: StartReplicationJob.
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
          // An earlier attempt with a lost answer, or somebody in the console, may have started the job.
          done: ['Running', 'Waiting', 'Finished'],
        },
        signal,
      ),
    );
}
