import type { TagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './context';
import { smcCall } from './smc-failure';

/** Writes tags; the same tag twice is fine. SMC: TagResources. */
export function tagResources({ smc }: ActivityContext) {
  return (request: TagResourcesRequest): Promise<void> =>
    smcCall(async (signal) => {
      await smc.tagResources(request, { signal });
    });
}
