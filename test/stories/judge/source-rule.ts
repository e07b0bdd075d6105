import type { Findings } from '../../../workflows/batch/looks/findings';
import type { Account } from '../account/account';
import type { BatchHost } from '../batch/batch-host';
import type { ServerWorkflow } from '../server/server-workflow';
import { must } from './violation';

/** A source has one workflow of a batch at a time, and one image. */
export function judgeSources(
  open: Iterable<ServerWorkflow>,
  { sources }: Account,
  describe: () => string,
): void {
  const bySource = new Map<string, string>();
  for (const { input } of open) {
    const key = `${input.batch} ${input.sourceId}`;
    const other = bySource.get(key);
    must(
      other === undefined,
      'one workflow a source',
      () => `${other} and ${input.server} are at work on ${input.sourceId}`,
    );
    bySource.set(key, input.server);
  }
  for (const { sourceId, images } of sources.values())
    must(
      images <= 1,
      'each source is migrated once',
      () => `${sourceId} was migrated ${images} times: ${describe()}`,
    );
}

/** What a look has found in the ledger waits for no start; its own Finished job may still have to be cleaned up. */
export function judgeLedger({ batch: { index } }: BatchHost, { surveyed }: Findings): void {
  for (const { name, found, ledger, twin, jobs = [] } of surveyed) {
    if (!ledger || twin !== undefined || !index.has(name)) continue;
    const record = index.record(name);
    const isNext = record.phase === 'waiting' && record.lookUp === undefined;
    must(
      !isNext || record.sourceId !== found[0] || jobs.some(({ status }) => status === 'Finished'),
      'what was migrated is not started',
      () => `${name} waits for its start, and the tags of ${found[0]} say ${JSON.stringify(ledger)}`,
    );
  }
}
