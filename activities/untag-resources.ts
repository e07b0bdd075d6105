import type { UntagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** Takes tags off; one that is not there is fine. SMC: UntagResources. */
export function untagResources({ smc }: ActivityContext) {
  return (request: UntagResourcesRequest): Promise<void> =>
    smcCall(async (signal) => {
      await smc.untagResources(request, { signal });
    });
}
