import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { askAgain } from './contract/ask-again';

/**
 * A worker that gets a query for a workflow outside its cache gives that workflow all events, also those that no workflow task
 * has handled yet. The workflow's commands for them then come with a later task than in a replay, or in another order, and the
 * workflow is stuck. So events before their task are refused: the query fails, the worker drops the workflow from its cache,
 * and the next task begins with all its events.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let task: string | undefined;
  let events = 0;
  return {
    internals: [
      {
        activate(input, next) {
          const { timestamp, historyLength, jobs } = input.activation;
          if (!jobs || jobs.some(({ queryWorkflow }) => queryWorkflow)) return next(input);
          const started = `${timestamp?.seconds}.${timestamp?.nanos}`;
          const length = historyLength ?? 0;
          // Effects of the task itself, such as the end of a scope that it has cancelled, add no event.
          if (started === task && length > events) throw new Error(askAgain);
          task = started;
          events = length;
          next(input);
        },
      },
    ],
  };
};
