import { ledgerTags } from '../src/ledger';
import type { TagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';
import type { SourceReader } from './sources/source-reader';
import { untilListed } from './sources/write-ledger';

/**
 * Writes tags; a tag that exists is a success. The ledger of a source counts as written once it was read again.
 * SMC: TagResources, ListTagResources.
 */
export function tagResources({ smc }: ActivityContext, sources: SourceReader) {
  return (request: TagResourcesRequest): Promise<void> =>
    smcCall(async (signal) => {
      await smc.tagResources(request, { signal });
      const isLedger = request.tags.some(({ key }) => key === ledgerTags.batch);
      if (request.resourceType !== 'sourceserver' || !isLedger) return;
      for (const sourceId of request.resourceIds ?? []) await untilListed(sources, sourceId, signal);
    });
}
