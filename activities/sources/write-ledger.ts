import { setTimeout as sleep } from 'node:timers/promises';
import { type Migration, tagsOfMigratedSource } from '../../src/ledger';
import { lateReadMs, SmcError, type TagResourcesRequest } from '../../src/smc';
import type { ActivityContext } from '../calls/context';
import type { SourceReader } from './source-reader';

/** What the ledger of a source says once it was migrated. */
export interface LedgerEntryToWrite {
  sourceId: string;
  batch: string;
  /** The image, or the instance. */
  image: string;
  migration: Migration;
}

/** Seconds between two reads of the tags. */
const lookSeconds = 1;

/** Tags a source as migrated. SMC: TagResources, ListTagResources. */
export async function writeLedger(
  { smc }: Pick<ActivityContext, 'smc'>,
  sources: SourceReader,
  { sourceId, batch, image, migration }: LedgerEntryToWrite,
  signal: AbortSignal,
): Promise<void> {
  const write = (tags: TagResourcesRequest['tags']) =>
    smc.tagResources({ resourceType: 'sourceserver', resourceIds: [sourceId], tags }, { signal });
  await write(tagsOfMigratedSource(batch, image, migration)).catch((refusal: unknown) => {
    // SMC: 20 tags a resource. That it was migrated counts more than when.
    if (!(refusal instanceof SmcError) || refusal.code !== 'NumberExceed.Tags') throw refusal;
    return write(tagsOfMigratedSource(batch, image));
  });
  await untilListed(sources, sourceId, signal);
}

/**
 * Waits until the ledger of a source is read as it was written: after it the job, the other proof, is deleted. A ledger that
 * is not listed after a while still counts as written, because SMC has accepted it.
 */
export async function untilListed(
  sources: SourceReader,
  sourceId: string,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + lateReadMs(lookSeconds);
  while (!(await sources.ledgerOf(sourceId)) && Date.now() < until)
    await sleep(lookSeconds * 1000, undefined, { signal });
}
