import { type DeleteSourceServerRequest, SmcError } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/**
 * Asks for a source server to be deleted; one that is going or gone is fine. With `force` its job goes too, as long as
 * it does not run. SMC: DeleteSourceServer.
 */
export function deleteSourceServer({ smc }: ActivityContext) {
  return (request: DeleteSourceServerRequest): Promise<void> =>
    smcCall(async (signal) => {
      try {
        await smc.deleteSourceServer(request, { signal });
      } catch (error) {
        const mayBeGone =
          error instanceof SmcError && (error.class === 'state' || error.code.endsWith('.NotFound'));
        if (!mayBeGone) throw error;
        // A lost answer may have begun the deletion before us.
        const { sourceServers } = await smc.describeSourceServers(
          { sourceIds: [request.sourceId] },
          { signal },
        );
        const source = sourceServers.find(({ sourceId }) => sourceId === request.sourceId);
        if (source && source.state !== 'Deleting') throw error;
      }
    });
}
