import { Context } from '@temporalio/activity';
import type { ServerResult } from '../workflows/messages';

export interface JustMigrated {
  server: string;
  imageId?: string;
}

/** A tag written longer ago than this is listed by now. */
const lateReadMinutes = 10;

/**
 * Servers of this batch that Temporal knows to have been migrated a moment ago: the ledger in the account may not be
 * listed yet. What is older is the ledger's to say, so that a source whose tags were removed can be migrated again.
 */
export async function findJustMigrated({ batch }: { batch: string }): Promise<JustMigrated[]> {
  const { client } = Context.current();
  const since = new Date(Date.now() - lateReadMinutes * 60_000).toISOString();
  const query = `SmcBatch = '${batch}' AND SmcPhase = 'migrated' AND CloseTime > '${since}'`;
  const found: JustMigrated[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const server = workflowId.slice(workflowId.indexOf('/') + 1);
    const result = (await client.workflow.getHandle(workflowId, runId).result()) as ServerResult;
    if (result.outcome === 'migrated') found.push({ server, imageId: result.imageId ?? result.instanceId });
    Context.current().heartbeat();
  }
  return found;
}
