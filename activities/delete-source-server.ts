import type { DeleteSourceServerRequest } from '../src/smc';
import { callOrLook, saysNotFound } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/**
 * Deletes a source server; one that is gone or being deleted is a success. With `force` its job is deleted, too, unless it
 * runs. SMC: DeleteSourceServer.
 */
export function deleteSourceServer({ smc }: ActivityContext) {
  return (request: DeleteSourceServerRequest): Promise<void> =>
    smcCall((signal) =>
      callOrLook({
        call: async () => {
          await smc.deleteSourceServer(request, { signal });
        },
        // An earlier attempt with a lost answer may have begun the deletion.
        mayBeExplained: (refusal) => refusal.class === 'state' || saysNotFound(refusal),
        look: () => smc.describeSourceServers({ sourceIds: [request.sourceId] }, { signal }),
        compare: ({ sourceServers }, refusal) => {
          const source = sourceServers.find(({ sourceId }) => sourceId === request.sourceId);
          if (source && source.state !== 'Deleting') throw refusal;
        },
      }),
    );
}
