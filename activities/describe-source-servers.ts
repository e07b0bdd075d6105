import type { DescribeSourceServersAnswer, DescribeSourceServersRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** One page of the account's source servers. SMC: DescribeSourceServers. */
export function describeSourceServers({ smc }: ActivityContext) {
  return (request: DescribeSourceServersRequest): Promise<DescribeSourceServersAnswer> =>
    smcCall((signal) => smc.describeSourceServers(request, { signal }));
}
