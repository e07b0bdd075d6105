import type { WorkflowHandle } from '@temporalio/client';
import type { BatchMemo } from '../../workflows/contract/ends/batch-end';
import { smcBatchCommand } from '../text';

/** The command that goes on with a batch that has ended: with the file of its plan, where that is known. */
export const applyAgain = ({ planFile }: Pick<Partial<BatchMemo>, 'planFile'> = {}) =>
  smcBatchCommand('apply', [planFile ?? 'PLAN']);

const ofSomePlan = applyAgain();

/** The commands, with the file of the batch's plan: its workflow does not know it. */
export async function withPlanFile<T extends readonly string[] | undefined>(
  orders: T,
  handle: Pick<WorkflowHandle, 'describe'>,
): Promise<T> {
  if (!orders?.includes(ofSomePlan)) return orders;
  const { memo } = await handle.describe();
  return orders.map((order) => (order === ofSomePlan ? applyAgain(memo) : order)) as unknown as T;
}
