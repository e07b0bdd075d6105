/** The activities: one file an SMC operation, plus the few that are not API calls. */

import type { ServerReport } from '../workflows/contract/server-messages';
import { callsAtOnce } from './calls/at-once';
import type { ActivityContext } from './calls/context';
import { createReplicationJob } from './create-replication-job';
import { cutOverReplicationJob } from './cut-over-replication-job';
import { deleteReplicationJob } from './delete-replication-job';
import { deleteSourceServer } from './delete-source-server';
import { describeReplicationJobs } from './describe-replication-jobs';
import { describeSourceServers } from './describe-source-servers';
import { findUnknownTimeZones } from './find-unknown-time-zones';
import { awaitReplicationJob } from './jobs/await-replication-job';
import { countReplicationJobs } from './jobs/count-replication-jobs';
import { describeFailedJob } from './jobs/describe-failed-job';
import { findJobOfServer } from './jobs/find-job-of-server';
import { findJobsOfBatch } from './jobs/find-jobs-of-batch';
import { watchWaitingJob } from './jobs/watch-waiting-job';
import { listTagResources } from './list-tag-resources';
import { modifyReplicationJobAttribute } from './modify-replication-job-attribute';
import { modifySourceServerAttribute } from './modify-source-server-attribute';
import { awaitSourceServer } from './sources/await-source-server';
import { createSourceReader } from './sources/source-reader';
import { surveySourceServers } from './sources/survey-source-servers';
import { startReplicationJob } from './start-replication-job';
import { stopReplicationJob } from './stop-replication-job';
import { tagResources } from './tag-resources';
import { untagResources } from './untag-resources';
import { notify } from './webhook/notify';
import { findEndedBatches, findRunningBatches, reportLease, returnLease } from './workflows/account-quota';
import { findEarlierServers, findNamesake } from './workflows/find-earlier-servers';
import { findEndedServers } from './workflows/find-ended-servers';
import { startServers } from './workflows/start-servers';
import { tellBatch } from './workflows/tell-batch';

export { tellWorkingAccount } from './calls/account-trouble';
export type { ActivityContext } from './calls/context';
export type { JobHeartbeat } from './jobs/await-replication-job';
export { createReplicationJobPoller } from './jobs/replication-job-poller';

/** All activities of a worker; they share the client and the poller of its process. */
export function createActivities(context: ActivityContext) {
  const sources = createSourceReader(context.smc);
  const short = callsAtOnce(context.mustQueueCalls ?? (() => false));
  return {
    awaitReplicationJob: awaitReplicationJob(context),
    awaitSourceServer: awaitSourceServer(context),
    countReplicationJobs: countReplicationJobs(context),
    createReplicationJob: short(createReplicationJob(context, sources)),
    cutOverReplicationJob: short(cutOverReplicationJob(context)),
    deleteReplicationJob: deleteReplicationJob(context, sources),
    deleteSourceServer: deleteSourceServer(context),
    describeFailedJob: short(describeFailedJob(context)),
    describeReplicationJobs: describeReplicationJobs(context),
    describeSourceServers: describeSourceServers(context),
    findEarlierServers,
    findEndedBatches,
    findEndedServers,
    findJobOfServer: findJobOfServer(context, sources),
    findJobsOfBatch: findJobsOfBatch(context),
    findNamesake,
    findRunningBatches,
    findUnknownTimeZones: findUnknownTimeZones(),
    listTagResources: listTagResources(context),
    modifyReplicationJobAttribute: short(modifyReplicationJobAttribute(context)),
    modifySourceServerAttribute: modifySourceServerAttribute(context),
    notify: notify(context),
    reportLease,
    returnLease,
    startReplicationJob: short(startReplicationJob(context)),
    startServers,
    stopReplicationJob: stopReplicationJob(context),
    surveySourceServers: surveySourceServers(context),
    tagResources: tagResources(context, sources),
    tellBatch: short(({ batch, ...report }: { batch: string } & ServerReport) => tellBatch(batch, report)),
    untagResources: untagResources(context),
    watchWaitingJob: watchWaitingJob(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;
