import type { Client } from '@temporalio/client';
import { taskQueue } from '../../temporal';
import { shellWord } from '../../text';
import { type BatchClient, hasWorker } from '../batch-client';
import { SmcBatchError } from '../batch-error';

/** What to type for a worker of this task queue. */
export const workerOf = (queue: string): string =>
  queue === taskQueue() ? 'smc-batch worker' : `SMC_TASK_QUEUE=${shellWord(queue)} smc-batch worker`;

/** The task queue of a batch: that of its workflow, or of this shell where the batch has none yet. */
export const queueOf = async (batch: Pick<BatchClient, 'taskQueue'>): Promise<string> =>
  (await batch.taskQueue()) ?? taskQueue();

/** Throws a {@link SmcBatchError} that begins with `what` unless a worker takes work from the batch's own queue. */
export async function requireWorker(
  client: Client,
  batch: Pick<BatchClient, 'taskQueue'>,
  what: string,
): Promise<void> {
  const queue = await queueOf(batch);
  if (await hasWorker(client, queue)) return;
  throw new SmcBatchError(
    'NoWorker',
    `${what}, but no worker takes work from its task queue '${queue}'. Start one with: ${workerOf(queue)}`,
  );
}
