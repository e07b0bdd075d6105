import { hostname, userInfo } from 'node:os';
import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { batchWorkflowId } from '../../workflows/contract/ids';
import type { Order, OrderAnswer } from '../../workflows/contract/orders';
import { CommandFailure, exitCodes } from '../terminal/failure';
import { smcBatchCommand } from '../text';
import { batchClient } from './batch-client';
import { requireWorker } from './queue-of-batch';

/** Who gives the order, for the batch's journal. */
export const whoami = () => `${userName()}@${hostname()}`;

/** A container may run as a uid that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    const { LOGNAME, USER } = process.env;
    return LOGNAME || USER || `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Sends an order and gives the batch's answer. */
export async function sendOrder<O extends Order>(
  client: Client,
  batch: string,
  update: UpdateDefinition<OrderAnswer, [O]>,
  content: O,
): Promise<OrderAnswer> {
  const handle = client.workflow.getHandle(batchWorkflowId(batch));
  const target = batchClient(client, batch);
  const status = await target.status();
  if (status !== 'RUNNING') {
    throw new CommandFailure(
      `Batch '${batch}' does not run any more (${status.toLowerCase()}). Apply its plan again, what is done is skipped: ${smcBatchCommand('apply', ['PLAN'])}`,
    );
  }
  await requireWorker(client, target, `Batch '${batch}' runs`);
  try {
    return await handle.executeUpdate(update, { args: [content] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new CommandFailure(
      `Batch '${batch}' refuses: ${error.cause?.message ?? error.message}.`,
      exitCodes.usage,
    );
  }
}
