import type { Client } from '@temporalio/client';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { nearestName, smcBatchCommand } from '../text';

/** A namespace may have had thousands of batches. */
const mostBatches = 1_000;

/** The names of the newest batches in this namespace, each once; with `running` of those that take orders. */
export async function batchNames(client: Client, { running = false } = {}): Promise<string[]> {
  const query = `WorkflowType = 'batch'${running ? " AND ExecutionStatus = 'Running'" : ''}`;
  const names = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query })) {
    names.add(workflowId.slice(batchWorkflowId('').length));
    if (names.size === mostBatches) break;
  }
  return [...names];
}

/** What to say where Temporal has no batch of this name: the nearest one, where there is one, and how to see all. */
export async function noSuchBatch(client: Client, batch: string): Promise<string> {
  // Without a list there is still the sentence.
  const names = await client.withDeadline(Date.now() + 2_000, () => batchNames(client)).catch(() => []);
  return `There is no batch '${batch}' in this Temporal namespace${nearestName(batch, names)}. Those there are: ${smcBatchCommand('list')}`;
}
