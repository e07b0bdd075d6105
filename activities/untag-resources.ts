import type { UntagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** Removes tags; a tag that does not exist is a success. SMC: UntagResources. */
export function untagResources({ smc }: ActivityContext) {
  return (request: UntagResourcesRequest): Promise<void> =>
    smcCall(async (signal) => {
      await smc.untagResources(request, { signal });
    });
}
