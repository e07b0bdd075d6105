import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError, ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { BatchMemo } from '../../workflows/contract/ends/batch-end';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { type Order, type OrderAnswer, orderTrialQuery } from '../../workflows/contract/orders';
import { grpcStatus } from '../temporal/grpc';
import { batchClient, howItStands } from './batch-client';
import { SmcBatchError } from './batch-error';
import { applyAgain } from './plan-file';
import { requireWorker } from './queues/queue-of-batch';

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
  await requireRunning(client, batch);
  // Whatever is sent again is one order.
  const updateId = randomUUID();
  try {
    return await whileItsRunEnds(() => handle.executeUpdate(update, { args: [content], updateId }));
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw refused(batch, error.cause?.message ?? error.message);
  }
}

/**
 * What an order would do now, in a sentence that begins with its verb, and to whom. Throws a {@link SmcBatchError} with the
 * batch's own words where it would refuse.
 */
export async function tryOrder<O extends Order>(
  client: Client,
  batch: string,
  { name: kind }: UpdateDefinition<OrderAnswer, [O]>,
  order: O,
): Promise<{ would: string; servers?: string[] }> {
  await requireRunning(client, batch);
  const trial = await client.workflow
    .getHandle(batchWorkflowId(batch))
    .query(orderTrialQuery, { kind, order });
  if ('refused' in trial) throw refused(batch, trial.refused);
  return trial;
}

async function requireRunning(client: Client, batch: string): Promise<void> {
  const target = batchClient(client, batch);
  const status = await target.status();
  if (status !== 'RUNNING') {
    const memo = await client.workflow
      .getHandle(batchWorkflowId(batch))
      .describe()
      .then(({ memo }) => memo as Partial<BatchMemo> | undefined)
      .catch(() => undefined);
    throw new SmcBatchError(
      'NotRunning',
      `Batch '${batch}' takes no orders: it ${howItStands(status)}${afterEnd(memo)}`,
    );
  }
  await requireWorker(client, target, `Batch '${batch}' runs`);
}

/** What is left to do, by how its servers ended. */
export function afterEnd({ counts = {}, planFile }: Partial<BatchMemo> = {}): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total > 0 && counts.migrated === total)
    return `, ${total === 1 ? 'its one server' : `all its ${total} servers`} migrated: nothing is left to do.`;
  return `. Apply its plan file again, what is done is skipped: ${applyAgain({ planFile })}`;
}

const refused = (batch: string, why: string) =>
  new SmcBatchError('Refused', `Batch '${batch}' refuses: ${why}.`);

const mostTries = 20;

/** An order that meets the end of a run of the batch's workflow is refused, and not carried out: the next run takes it. */
export async function whileItsRunEnds<T>(order: () => Promise<T>): Promise<T> {
  for (let nth = 1; ; nth++) {
    try {
      return await order();
    } catch (error) {
      if (nth === mostTries || !isRunEnding(error)) throw error;
      await sleep(100 + 100 * nth);
    }
  }
}

const isRunEnding = (error: unknown) =>
  error instanceof ServiceError &&
  isGrpcServiceError(error.cause) &&
  error.cause.code === grpcStatus.FAILED_PRECONDITION &&
  error.cause.message.includes('workflow task failure');
