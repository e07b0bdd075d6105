import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerTags } from '../src/ledger';
import { lateReadMs, type TagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';
import type { SourceReader } from './sources/source-reader';

/** Seconds between two reads of the tags. */
const lookSeconds = 1;

/**
 * Writes tags; a tag that exists is a success. The ledger of a source counts as written once it was read again: after it the job,
 * the other proof, is deleted. SMC: TagResources, ListTagResources.
 */
export function tagResources({ smc }: ActivityContext, sources: SourceReader) {
  return (request: TagResourcesRequest): Promise<void> =>
    smcCall(async (signal) => {
      await smc.tagResources(request, { signal });
      const isLedger = request.tags.some(({ key }) => key === ledgerTags.batch);
      if (request.resourceType !== 'sourceserver' || !isLedger) return;
      // A tag that is not listed until then still counts as written: SMC has accepted it.
      const until = Date.now() + lateReadMs(lookSeconds);
      for (const sourceId of request.resourceIds ?? []) {
        while (!(await sources.ledgerOf(sourceId)) && Date.now() < until)
          await sleep(lookSeconds * 1000, undefined, { signal });
      }
    });
}
