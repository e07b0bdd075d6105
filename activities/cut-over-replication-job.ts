import type { CutOverReplicationJobRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';
import type { EndedJob } from './jobs/ended-job';
import { launchJob } from './jobs/launch-job';

/**
 * Ends an incremental job that is Waiting, with one last sync when `syncData` is true. A job that is Finished is a success.
 * While a scheduled sync runs, the call is repeated until its end. A job that has broken since is given with its end.
 * SMC: CutOverReplicationJob.
 */
export function cutOverReplicationJob({ smc }: ActivityContext) {
  return (request: CutOverReplicationJobRequest): Promise<EndedJob | undefined> =>
    smcCall((signal) =>
      launchJob(
        smc,
        {
          jobId: request.jobId,
          call: () => smc.cutOverReplicationJob(request, { signal }),
          from: ['Waiting'],
          done: ['Finished'],
        },
        signal,
      ),
    );
}
