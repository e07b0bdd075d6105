import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId } from '../workflows/ids';
import { type LeaseReport, leaseReported, leaseReturned } from '../workflows/messages';

/**
 * Reports to the account's quota and starts it when it does not run: it lives only as long as a batch needs it.
 */
export async function reportLease({
  account,
  report,
}: {
  account: string;
  report: LeaseReport;
}): Promise<void> {
  const { client, info } = Context.current();
  await client.workflow.signalWithStart('accountQuota', {
    workflowId: quotaWorkflowId(account),
    taskQueue: info.taskQueue,
    args: [{ account }],
    signal: leaseReported,
    signalArgs: [report],
    staticSummary: `Shares the job quota of account '${account}' among its batches`,
  });
}

/** Gives the batch's lease back. */
export async function returnLease({ account, batch }: { account: string; batch: string }): Promise<void> {
  try {
    const quota = Context.current().client.workflow.getHandle(quotaWorkflowId(account));
    await quota.signal(leaseReturned, { batch });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Those of the batches that are not running any more: their leases are free. */
export async function findEndedBatches({ batches }: { batches: string[] }): Promise<string[]> {
  const running = await Promise.all(batches.map((batch) => isRunning(batchWorkflowId(batch))));
  return batches.filter((_, i) => !running[i]);
}

async function isRunning(workflowId: string): Promise<boolean> {
  try {
    const { status } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
