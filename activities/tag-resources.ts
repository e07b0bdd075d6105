import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerTags } from '../src/ledger';
import { lateReadMs, type TagResourcesRequest } from '../src/smc';
import type { ActivityContext } from './calls/context';
import { smcCall } from './calls/smc-failure';
import type { SourceReader } from './sources/source-reader';

/** Seconds between two looks at the tags. */
const lookSeconds = 1;

/**
 * Writes tags; the same tag twice is fine. The ledger of a source is seen before it counts as written: the job, which is
 * the other proof, goes next. SMC: TagResources, ListTagResources.
 */
export function tagResources({ smc }: ActivityContext, sources: SourceReader) {
  return (request: TagResourcesRequest): Promise<void> =>
    smcCall(async (signal) => {
      await smc.tagResources(request, { signal });
      const isLedger = request.tags.some(({ key }) => key === ledgerTags.batch);
      if (request.resourceType !== 'sourceserver' || !isLedger) return;
      // A tag that is not listed by then counts as written all the same: SMC has said so.
      const until = Date.now() + lateReadMs(lookSeconds);
      for (const sourceId of request.resourceIds ?? []) {
        while (!(await sources.ledgerOf(sourceId)) && Date.now() < until)
          await sleep(lookSeconds * 1000, undefined, { signal });
      }
    });
}
