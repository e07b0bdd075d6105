/** The activities: one file an SMC operation, plus the few that are not API calls. */
import { findEndedBatches, findRunningBatches, reportLease, returnLease } from './account-quota';
import { awaitReplicationJob } from './await-replication-job';
import { awaitSourceServer } from './await-source-server';
import type { ActivityContext } from './context';
import { countReplicationJobs } from './count-replication-jobs';
import { createReplicationJob } from './create-replication-job';
import { cutOverReplicationJob } from './cut-over-replication-job';
import { deleteReplicationJob } from './delete-replication-job';
import { deleteSourceServer } from './delete-source-server';
import { describeReplicationJobs } from './describe-replication-jobs';
import { describeSourceServers } from './describe-source-servers';
import { findEarlierServers } from './find-earlier-servers';
import { findEndedServers } from './find-ended-servers';
import { findJobOfServer } from './find-job-of-server';
import { findJobsOfBatch } from './find-jobs-of-batch';
import { findUnknownTimeZones } from './find-unknown-time-zones';
import { listTagResources } from './list-tag-resources';
import { modifyReplicationJobAttribute } from './modify-replication-job-attribute';
import { modifySourceServerAttribute } from './modify-source-server-attribute';
import { notify } from './notify';
import { createSourceReader } from './source-reader';
import { startReplicationJob } from './start-replication-job';
import { stopReplicationJob } from './stop-replication-job';
import { surveySourceServers } from './survey-source-servers';
import { tagResources } from './tag-resources';
import { tellBatch } from './tell-batch';
import { untagResources } from './untag-resources';
import { watchWaitingJob } from './watch-waiting-job';

export { tellWorkingAccount } from './account-trouble';
export type { JobHeartbeat } from './await-replication-job';
export type { ActivityContext, Webhook } from './context';
export { createReplicationJobPoller } from './replication-job-poller';

/** All activities of a worker, over the one client and poller its process has. */
export function createActivities(context: ActivityContext) {
  const sources = createSourceReader(context.smc);
  return {
    awaitReplicationJob: awaitReplicationJob(context),
    awaitSourceServer: awaitSourceServer(context),
    countReplicationJobs: countReplicationJobs(context),
    createReplicationJob: createReplicationJob(context, sources),
    cutOverReplicationJob: cutOverReplicationJob(context),
    deleteReplicationJob: deleteReplicationJob(context),
    deleteSourceServer: deleteSourceServer(context),
    describeReplicationJobs: describeReplicationJobs(context),
    describeSourceServers: describeSourceServers(context),
    findEarlierServers,
    findEndedBatches,
    findEndedServers,
    findJobOfServer: findJobOfServer(context, sources),
    findJobsOfBatch: findJobsOfBatch(context),
    findRunningBatches,
    findUnknownTimeZones: findUnknownTimeZones(),
    listTagResources: listTagResources(context),
    modifyReplicationJobAttribute: modifyReplicationJobAttribute(context),
    modifySourceServerAttribute: modifySourceServerAttribute(context),
    notify: notify(context),
    reportLease,
    returnLease,
    startReplicationJob: startReplicationJob(context),
    stopReplicationJob: stopReplicationJob(context),
    surveySourceServers: surveySourceServers(context),
    tagResources: tagResources(context, sources),
    tellBatch,
    untagResources: untagResources(context),
    watchWaitingJob: watchWaitingJob(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;
