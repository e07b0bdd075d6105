import { type ModifySourceServerAttributeRequest, SmcError } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** Names or describes a source server; what it has already is fine. SMC: ModifySourceServerAttribute. */
export function modifySourceServerAttribute({ smc }: ActivityContext) {
  return (request: ModifySourceServerAttributeRequest): Promise<void> =>
    smcCall(async (signal) => {
      try {
        await smc.modifySourceServerAttribute(request, { signal });
      } catch (error) {
        if (!(error instanceof SmcError) || error.code !== 'SourceServerName.Duplicate') throw error;
        // The name may be its own, by an earlier call whose answer was lost.
        const { sourceId, name, description } = request;
        const { sourceServers } = await smc.describeSourceServers({ sourceIds: [sourceId] }, { signal });
        const source = sourceServers.find((found) => found.sourceId === sourceId);
        if (source?.name !== name || (description ?? source?.description) !== source?.description)
          throw error;
      }
    });
}
