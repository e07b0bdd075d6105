/** How much history a batch has left in Temporal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId } from '../workflows/ids';

export interface HistorySize {
  events: number;
  bytes: number;
  workflows: number;
}

/** The histories of the servers' workflows, of every run of the batch, and of the account's quota. */
export async function historyOf(client: Client, batch: string, servers: number) {
  const sizes = {
    server: await closed(client, `WorkflowType = 'serverMigration' AND SmcBatch = '${batch}'`, servers),
    batch: await closed(client, `WorkflowId = '${batchWorkflowId(batch)}'`, 1),
    quota: await closed(client, `WorkflowId = '${quotaWorkflowId(batch)}'`, 1),
  };
  return sizes;
}

/** Temporal's list is a little behind: it is asked until it has so many. */
async function closed(client: Client, query: string, atLeast: number): Promise<HistorySize> {
  for (let looks = 1; ; looks++) {
    const size: HistorySize = { events: 0, bytes: 0, workflows: 0 };
    let running = false;
    for await (const workflow of client.workflow.list({ query })) {
      running ||= workflow.status.name === 'RUNNING';
      size.workflows++;
      size.events += workflow.historyLength;
      size.bytes += workflow.historySize ?? 0;
    }
    if (size.workflows >= atLeast && !running) return size;
    if (looks === 60) throw new Error(`${query}: ${size.workflows} of ${atLeast} workflows have ended`);
    await sleep(500);
  }
}
