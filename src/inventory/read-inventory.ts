import { ledgerTags } from '../../workflows/ids';
import type { SmcClient } from '../smc';
import { type SourceFacts, sourceFacts } from './source-facts';

/** What the ledger says of a source that was migrated. */
export interface LedgerEntry {
  batch: string;
  /** The image, or the instance, that was made of it. */
  image?: string;
}

/** A source server with what the ledger says of it. */
export interface InventorySource extends SourceFacts {
  migrated?: LedgerEntry;
}

/**
 * The account's source servers, all pages of them, oldest first as SMC lists them.
 * SMC: DescribeSourceServers, ListTagResources.
 */
export async function readInventory(
  smc: SmcClient,
  filter: { state?: string } = {},
): Promise<InventorySource[]> {
  const sources = await allSources(smc, filter);
  const ledger = await readLedger(
    smc,
    sources.map(({ sourceId }) => sourceId),
  );
  return sources.map((source) => {
    const migrated = ledger.get(source.sourceId);
    return migrated ? { ...source, migrated } : source;
  });
}

/** Every source of the account that matches. SMC: DescribeSourceServers. */
export async function allSources(smc: SmcClient, filter: { state?: string } = {}): Promise<SourceFacts[]> {
  const sources: SourceFacts[] = [];
  for await (const source of smc.allSourceServers(filter)) sources.push(sourceFacts(source));
  return sources;
}

/** The sources with these ids, as far as there are any; fifty a call. SMC: DescribeSourceServers. */
export async function sourcesById(smc: SmcClient, ids: readonly string[]): Promise<SourceFacts[]> {
  const sources: SourceFacts[] = [];
  for (const sourceIds of chunksOf50(ids)) {
    const answer = await smc.describeSourceServers({ sourceIds, pageSize: 50 });
    sources.push(...answer.sourceServers.map(sourceFacts));
  }
  return sources;
}

/** Which of these sources were migrated by smc-batch, as `apply` will see it. SMC: ListTagResources. */
export async function readLedger(
  smc: SmcClient,
  sourceIds: readonly string[],
): Promise<Map<string, LedgerEntry>> {
  const ledger = new Map<string, LedgerEntry>();
  for (const resourceIds of chunksOf50(sourceIds)) {
    const tags = smc.allTagResources({ resourceType: 'sourceserver', resourceIds });
    for await (const { resourceId, tagKey, tagValue } of tags) {
      if (tagValue === undefined) continue;
      const entry = ledger.get(resourceId) ?? { batch: '' };
      if (tagKey === ledgerTags.batch) ledger.set(resourceId, { ...entry, batch: tagValue });
      if (tagKey === ledgerTags.image) ledger.set(resourceId, { ...entry, image: tagValue });
    }
  }
  return ledger;
}

/** SMC: 50 sources or resources a call. */
function chunksOf50(ids: readonly string[]): string[][] {
  const each = [...new Set(ids)];
  return Array.from({ length: Math.ceil(each.length / 50) }, (_, i) => each.slice(i * 50, (i + 1) * 50));
}
