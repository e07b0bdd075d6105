import { chunksOf50, type LedgerEntry, readLedger } from '../ledger';
import type { SmcClient } from '../smc';
import { type SourceFacts, sourceFacts } from './source-facts';

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
