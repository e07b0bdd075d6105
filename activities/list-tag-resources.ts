import type { ListTagResourcesAnswer, ListTagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** One page of tags; `nextToken` of the answer is for the next page. SMC: ListTagResources. */
export function listTagResources({ smc }: ActivityContext) {
  return (request: ListTagResourcesRequest): Promise<ListTagResourcesAnswer> =>
    smcCall((signal) => smc.listTagResources(request, { signal }));
}
