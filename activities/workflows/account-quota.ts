import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId } from '../../workflows/contract/ids';
import { type LeaseReport, leaseReported, leaseReturned } from '../../workflows/contract/quota-messages';
import type { Slots } from '../../workflows/contract/slots';

/**
 * Reports to the account's quota, and starts its workflow when it does not run: it runs only as long as a batch needs it. A quota
 * that is kept by the workers of another task queue gets no report: their credentials may be those of another account.
 */
export async function reportLease({
  account,
  report,
}: {
  account: string;
  report: LeaseReport;
}): Promise<{ keptBy?: string }> {
  const { client, info } = Context.current();
  const keptBy = await queueOf(quotaWorkflowId(account));
  if (keptBy !== undefined && keptBy !== info.taskQueue) return { keptBy };
  await client.workflow.signalWithStart('accountQuota', {
    workflowId: quotaWorkflowId(account),
    taskQueue: info.taskQueue,
    args: [{ account, taskQueue: info.taskQueue }],
    signal: leaseReported,
    signalArgs: [report],
    staticSummary: `Shares the job quota of account '${account}' among its batches`,
  });
  return {};
}

/** Gives the batch's lease back; `left` are the jobs that stay. */
export async function returnLease({
  account,
  ...returned
}: {
  account: string;
  batch: string;
  left: Slots;
}): Promise<void> {
  try {
    const quota = Context.current().client.workflow.getHandle(quotaWorkflowId(account));
    await quota.signal(leaseReturned, returned);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** The batches among these that no longer run: their leases are free. */
export async function findEndedBatches({ batches }: { batches: string[] }): Promise<string[]> {
  const running = await Promise.all(batches.map((batch) => isRunning(batchWorkflowId(batch))));
  return batches.filter((_, i) => !running[i]);
}

/** The batches of the account that run on this worker's task queue, by their input. */
export async function findRunningBatches({ account }: { account: string }): Promise<string[]> {
  const { client, info, heartbeat } = Context.current();
  const batches: string[] = [];
  const query = "WorkflowType = 'batch' AND ExecutionStatus = 'Running'";
  for await (const { workflowId, memo, taskQueue } of client.workflow.list({ query })) {
    heartbeat();
    if (memo?.account === account && taskQueue === info.taskQueue) batches.push(batchOf(workflowId));
  }
  return batches;
}

const batchOf = (workflowId: string) => workflowId.slice(batchWorkflowId('').length);

const isRunning = async (workflowId: string) => (await queueOf(workflowId)) !== undefined;

/** The task queue of a running workflow. */
async function queueOf(workflowId: string): Promise<string | undefined> {
  try {
    const { status, taskQueue } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? taskQueue : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
