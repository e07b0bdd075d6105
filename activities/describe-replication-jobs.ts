import type { DescribeReplicationJobsAnswer, DescribeReplicationJobsRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** One page of the account's replication jobs. SMC: DescribeReplicationJobs. */
export function describeReplicationJobs({ smc }: ActivityContext) {
  return (request: DescribeReplicationJobsRequest): Promise<DescribeReplicationJobsAnswer> =>
    smcCall((signal) => smc.describeReplicationJobs(request, { signal }));
}
