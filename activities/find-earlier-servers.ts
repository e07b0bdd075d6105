import { Context } from '@temporalio/activity';
import { byName } from '../src/text';
import type { ServerResult } from '../workflows/messages';

/** What Temporal knows of a batch's servers from its earlier lives. */
export interface EarlierServers {
  /** Their workflows still run: a terminated batch leaves them at work. */
  running: string[];
  /** Migrated a moment ago: the ledger in the account may not list it yet. */
  migrated: { server: string; sourceId?: string; imageId?: string }[];
  /** The sources that those at work migrate, by server. */
  runningSourceIds: Record<string, string>;
}

/** A tag written longer ago than this is listed by now. */
const lateReadMinutes = 10;

/**
 * Finds the servers of a batch that an earlier life of it has left at work or has just migrated. What is older is the
 * ledger's to say, so that a source whose tags were removed can be migrated again.
 */
export async function findEarlierServers({ batch }: { batch: string }): Promise<EarlierServers> {
  // By the server's clock, which stamps the ends that are asked for; this worker's may differ.
  const { client, heartbeat, info } = Context.current();
  const since = new Date(info.currentAttemptScheduledTimestampMs - lateReadMinutes * 60_000).toISOString();
  const ours = `WorkflowType = 'serverMigration' AND SmcBatch = '${batch}'`;
  const runningSourceIds = byName<string>();
  const earlier: EarlierServers = { running: [], migrated: [], runningSourceIds };
  for await (const { workflowId, memo } of client.workflow.list({
    query: `${ours} AND ExecutionStatus = 'Running'`,
  })) {
    earlier.running.push(serverOf(workflowId));
    const sourceId = sourceOf(memo);
    if (sourceId) runningSourceIds[serverOf(workflowId)] = sourceId;
  }
  const justEnded = `${ours} AND ExecutionStatus = 'Completed' AND CloseTime > '${since}'`;
  for await (const { workflowId, runId, memo } of client.workflow.list({ query: justEnded })) {
    const result = (await client.workflow.getHandle(workflowId, runId).result()) as ServerResult;
    if (result.outcome === 'migrated') {
      const { imageId = result.instanceId } = result;
      earlier.migrated.push({ server: serverOf(workflowId), sourceId: sourceOf(memo), imageId });
    }
    heartbeat();
  }
  return earlier;
}

const sourceOf = (memo: Record<string, unknown> = {}) =>
  typeof memo.sourceId === 'string' ? memo.sourceId : undefined;
const serverOf = (workflowId: string) => workflowId.slice(workflowId.indexOf('/') + 1);
