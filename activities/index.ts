/** The activities: one file an SMC operation, plus the few that are not API calls. */
import { findEndedBatches, reportLease, returnLease } from './account-quota';
import { awaitReplicationJob } from './await-replication-job';
import type { ActivityContext } from './context';
import { countReplicationJobs } from './count-replication-jobs';
import { createReplicationJob } from './create-replication-job';
import { deleteReplicationJob } from './delete-replication-job';
import { findEndedServers } from './find-ended-servers';
import { startReplicationJob } from './start-replication-job';
import { stopReplicationJob } from './stop-replication-job';
import { surveySourceServers } from './survey-source-servers';
import { tagResources } from './tag-resources';
import { tellBatch } from './tell-batch';

export type { JobHeartbeat } from './await-replication-job';
export type { ActivityContext } from './context';
export { createReplicationJobPoller } from './replication-job-poller';

/** All activities of a worker, over the one client and poller its process has. */
export function createActivities(context: ActivityContext) {
  return {
    awaitReplicationJob: awaitReplicationJob(context),
    countReplicationJobs: countReplicationJobs(context),
    createReplicationJob: createReplicationJob(context),
    deleteReplicationJob: deleteReplicationJob(context),
    findEndedBatches,
    findEndedServers,
    reportLease,
    returnLease,
    startReplicationJob: startReplicationJob(context),
    stopReplicationJob: stopReplicationJob(context),
    surveySourceServers: surveySourceServers(context),
    tagResources: tagResources(context),
    tellBatch,
  };
}

export type Activities = ReturnType<typeof createActivities>;
