/** The operations of SMC 2019-06-01, each over the account and the request's wire parameters. */
import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { createReplicationJob } from './create-replication-job';
import { cutOverReplicationJob } from './cut-over-replication-job';
import { deleteReplicationJob } from './delete-replication-job';
import { deleteSourceServer } from './delete-source-server';
import { describeReplicationJobs } from './describe-replication-jobs';
import { describeSourceServers } from './describe-source-servers';
import { listTagResources } from './list-tag-resources';
import { modifyReplicationJobAttribute } from './modify-replication-job-attribute';
import { modifySourceServerAttribute } from './modify-source-server-attribute';
import { startReplicationJob } from './start-replication-job';
import { stopReplicationJob } from './stop-replication-job';
import { tagResources } from './tag-resources';
import { untagResources } from './untag-resources';

/** Carries out a call and gives its answer without the RequestId; throws an `ApiError` when the call is refused. */
export type SimulatedOperation = (account: SimulatedAccount, params: WireParams) => object;

export const simulatedOperations: ReadonlyMap<string, SimulatedOperation> = new Map(
  Object.entries({
    CreateReplicationJob: createReplicationJob,
    CutOverReplicationJob: cutOverReplicationJob,
    DeleteReplicationJob: deleteReplicationJob,
    DeleteSourceServer: deleteSourceServer,
    DescribeReplicationJobs: describeReplicationJobs,
    DescribeSourceServers: describeSourceServers,
    ListTagResources: listTagResources,
    ModifyReplicationJobAttribute: modifyReplicationJobAttribute,
    ModifySourceServerAttribute: modifySourceServerAttribute,
    StartReplicationJob: startReplicationJob,
    StopReplicationJob: stopReplicationJob,
    TagResources: tagResources,
    UntagResources: untagResources,
  }),
);
