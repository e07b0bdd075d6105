import { Context, log } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { type ServerReport, serverReported } from '../../workflows/contract/server-messages';

/**
 * Sends a report to the batch through the worker's client, which adds no event to the server's history. It is no error when
 * the batch no longer runs: the next `apply` finds the server's workflow and asks it.
 */
export async function tellBatch(batch: string, report: ServerReport): Promise<void> {
  try {
    await Context.current().client.workflow.getHandle(batchWorkflowId(batch)).signal(serverReported, report);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    log.warn('the batch is not running: its report is dropped', { batch, report });
  }
}
