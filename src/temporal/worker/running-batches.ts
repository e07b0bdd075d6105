import type { Client } from '@temporalio/client';
import { figuresQuery } from '../../../workflows/contract/figures/figures';
import { batchWorkflowId, placeOfWorkflow } from '../../../workflows/contract/ids';
import type { BatchReader } from '../../metrics';

const running = "WorkflowType = 'batch' AND ExecutionStatus = 'Running'";

/** Asks the batches that run on a task queue for their figures. */
export const runningBatches = (client: Client, taskQueue: string): Omit<BatchReader, 'leftJobs'> => ({
  running: (deadline) =>
    client.withDeadline(deadline, async () => {
      const batches: string[] = [];
      for await (const workflow of client.workflow.list({ query: running })) {
        const { batch } = placeOfWorkflow(workflow.workflowId);
        if (batch !== undefined && workflow.taskQueue === taskQueue) batches.push(batch);
      }
      return batches;
    }),
  figures: (batch, deadline) =>
    client.withDeadline(deadline, () =>
      client.workflow.getHandle(batchWorkflowId(batch)).query(figuresQuery, { at: Date.now() }),
    ),
});
