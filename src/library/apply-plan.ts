import type { Client } from '@temporalio/client';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { changePlanUpdate, planChangesQuery } from '../../workflows/contract/orders';
import { type BatchClient, batchClient } from '../batch-client/batch-client';
import { SmcBatchError } from '../batch-client/batch-error';
import { sizeProblem } from '../batch-client/batch-size';
import { checkQueueOfAccount } from '../batch-client/queues/account-queue';
import { requireWorker } from '../batch-client/queues/queue-of-batch';
import { sendOrder } from '../batch-client/send-order';
import type { Plan } from '../plan';
import { ensureSearchAttributes } from '../temporal';
import type { Applied } from './batch';

/** The task queue for a batch that starts; `isChosen` when whoever applies the plan has named it. */
export interface QueueChoice {
  name: string;
  isChosen: boolean;
}

/** Starts the batch of the plan, or changes the one that runs. */
export async function applyPlan(
  client: Client,
  plan: Plan,
  queue: QueueChoice,
  by: string,
): Promise<Omit<Applied, 'batch'>> {
  const tooLarge = await sizeProblem(plan);
  if (tooLarge) throw new SmcBatchError('PlanTooLarge', `${tooLarge}. Nothing was started.`);
  const batch = batchClient(client, plan.name, queue.name);
  await checkQueue(batch, queue);
  await checkQueueOfAccount(client, plan, queue.name);
  await ensureSearchAttributes(client, client.options.namespace);
  if ((await batch.start(plan)) === 'started') return { how: 'started' };
  return changePlan(client, batch, plan, by);
}

/** An account and its task queue belong together: a batch that has ended goes on elsewhere only where that was chosen. */
async function checkQueue(batch: BatchClient, { name, isChosen }: QueueChoice): Promise<void> {
  const before = await batch.taskQueue();
  if (before === undefined || before === name || isChosen || (await batch.status()) === 'RUNNING') return;
  throw new SmcBatchError(
    'WrongTaskQueue',
    `Batch '${batch.batch}' ran on task queue '${before}'; it would start on '${name}' now, whose workers may serve another account. Nothing was started: name one of the two.`,
  );
}

async function changePlan(
  client: Client,
  batch: BatchClient,
  plan: Plan,
  by: string,
): Promise<Omit<Applied, 'batch'>> {
  await requireWorker(client, batch, `Batch '${plan.name}' runs already`);
  const changes = await client.workflow.getHandle(batchWorkflowId(plan.name)).query(planChangesQuery, plan);
  const { added, removed, changed, settings, refused } = changes;
  if (refused.length > 0)
    throw new SmcBatchError('Refused', [
      `Nothing was changed. Batch '${plan.name}' runs, and these changes of its plan are not possible now:`,
      ...refused.map((line) => `  ${line}`),
    ]);
  const differs = [added, removed, changed, settings].some((names) => names.length > 0);
  if (!differs) return { how: 'attached', changes };
  await sendOrder(client, plan.name, changePlanUpdate, { by, plan });
  return { how: 'changed', changes };
}
