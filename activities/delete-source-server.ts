import type { DeleteSourceServerRequest } from '../src/smc';
import { callOrLook, saysNotFound } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/**
 * Asks for a source server to be deleted; one that is going or gone is fine. With `force` its job goes too, as long as
 * it does not run. SMC: DeleteSourceServer.
 */
export function deleteSourceServer({ smc }: ActivityContext) {
  return (request: DeleteSourceServerRequest): Promise<void> =>
    smcCall((signal) =>
      callOrLook({
        call: async () => {
          await smc.deleteSourceServer(request, { signal });
        },
        // A lost answer may have begun the deletion before us.
        mayBeExplained: (refusal) => refusal.class === 'state' || saysNotFound(refusal),
        look: () => smc.describeSourceServers({ sourceIds: [request.sourceId] }, { signal }),
        compare: ({ sourceServers }, refusal) => {
          const source = sourceServers.find(({ sourceId }) => sourceId === request.sourceId);
          if (source && source.state !== 'Deleting') throw refusal;
        },
      }),
    );
}
