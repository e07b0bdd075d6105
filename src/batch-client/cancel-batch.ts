import type { Client } from '@temporalio/client';
import { cancelUpdate } from '../../workflows/contract/orders';
import { type BatchClient, hasWorker, howItStands } from './batch-client';
import { SmcBatchError } from './batch-error';
import { queueOf } from './queues/queue-of-batch';
import { sendOrder } from './send-order';

/** A worker that has just died is still counted: its answer is not waited for longer. */
const answerMs = 10_000;

/** Throws a {@link SmcBatchError} unless the batch runs. */
export async function requireCancellable(batch: BatchClient): Promise<void> {
  const status = await batch.status();
  if (status !== 'RUNNING')
    throw new SmcBatchError(
      'NotRunning',
      `Batch '${batch.batch}' cannot be cancelled: it ${howItStands(status)}.`,
    );
}

/** Cancels the whole batch, also while no worker runs. */
export async function cancelBatch(client: Client, batch: BatchClient, by: string): Promise<void> {
  // The order puts a name into the journal; Temporal's own cancellation works without a worker, and shows in its UI.
  if (await hasWorker(client, await queueOf(batch)))
    await client
      .withDeadline(Date.now() + answerMs, () => sendOrder(client, batch.batch, cancelUpdate, { by }))
      .catch(() => undefined);
  await batch.cancel();
}
