import type { ModifySourceServerAttributeRequest } from '../src/smc';
import { callOrLook } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';

/** Gives a source server a name or a description; the same one again is a success. SMC: ModifySourceServerAttribute. */
export function modifySourceServerAttribute({ smc }: ActivityContext) {
  return (request: ModifySourceServerAttributeRequest): Promise<void> =>
    smcCall((signal) =>
      callOrLook({
        call: async () => {
          await smc.modifySourceServerAttribute(request, { signal });
        },
        // After a lost answer this source itself may have the name.
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
