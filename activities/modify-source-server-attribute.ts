import type { ModifySourceServerAttributeRequest } from '../src/smc';
import { callOrLook } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** Names or describes a source server; what it has already is fine. SMC: ModifySourceServerAttribute. */
export function modifySourceServerAttribute({ smc }: ActivityContext) {
  return (request: ModifySourceServerAttributeRequest): Promise<void> =>
    smcCall((signal) =>
      callOrLook({
        call: async () => {
          await smc.modifySourceServerAttribute(request, { signal });
        },
        // The name may be its own, by an earlier call whose answer was lost.
        mayBeExplained: ({ code }) => code === 'SourceServerName.Duplicate',
        look: () => smc.describeSourceServers({ sourceIds: [request.sourceId] }, { signal }),
        compare: ({ sourceServers }, refusal) => {
          const { sourceId, name, description } = request;
          const source = sourceServers.find((found) => found.sourceId === sourceId);
          if (source?.name !== name || (description ?? source?.description) !== source?.description)
            throw refusal;
        },
      }),
    );
}
