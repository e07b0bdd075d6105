/** How much history a batch has left in Temporal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId } from '../workflows/contract/ids';

export interface HistorySize {
  events: number;
  bytes: number;
  workflows: number;
}

/** The histories of the servers' workflows, of every run of the batch, and of the account's quota. */
export async function historyOf(client: Client, batch: string, servers: number) {
  return {
    server: await sizes(client, `WorkflowType = 'serverMigration' AND SmcBatch = '${batch}'`, servers),
    batch: await sizes(client, `WorkflowId = '${batchWorkflowId(batch)}'`, 1),
    quota: await sizes(client, `WorkflowId = '${quotaWorkflowId(batch)}'`, 1),
  };
}

/** Temporal's list is a little behind: it is asked until it has so many. */
async function sizes(client: Client, query: string, atLeast: number): Promise<HistorySize> {
  for (let looks = 1; ; looks++) {
    const size: HistorySize = { events: 0, bytes: 0, workflows: 0 };
    for await (const listed of client.workflow.list({ query })) {
      // The list knows the history of a workflow only once that has ended, and the quota's lives on for a while.
      const isRunning = listed.status.name === 'RUNNING';
      const known = isRunning
        ? await client.workflow.getHandle(listed.workflowId, listed.runId).describe()
        : listed;
      size.workflows++;
      size.events += known.historyLength;
      size.bytes += known.historySize ?? 0;
    }
    if (size.workflows >= atLeast) return size;
    if (looks === 60) throw new Error(`${query}: ${size.workflows} of ${atLeast} workflows are listed`);
    await sleep(500);
  }
}
