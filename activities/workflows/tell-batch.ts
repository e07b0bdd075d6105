import { Context, log } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { type ServerReport, serverReported } from '../../workflows/contract/server-messages';

/**
 * Signals a report to the batch through the worker's client, which costs the server's own history nothing. A batch
 * that is no longer there is no error: the next `apply` finds the server's workflow and asks it.
 */
export async function tellBatch(batch: string, report: ServerReport): Promise<void> {
  try {
    await Context.current().client.workflow.getHandle(batchWorkflowId(batch)).signal(serverReported, report);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    log.warn('the batch is not running: its report is dropped', { batch, report });
  }
}
