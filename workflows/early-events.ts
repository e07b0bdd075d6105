import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { askAgain } from './contract/ask-again';

/**
 * A worker that is asked a query of a workflow it does not hold gives that workflow all events there are, also those that
 * no workflow task has taken up yet. What the workflow then wants is said in a later task than the one in which a replay
 * hears of the events, or in another order, and the workflow is stuck. So events that come before their task are refused:
 * the query fails, the worker lets go of the workflow, and the task, when it comes, begins with all its events.
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
          // What a task brings about by itself, like the end of what it has cancelled, adds no event.
          if (started === task && length > events) throw new Error(askAgain);
          task = started;
          events = length;
          next(input);
        },
      },
    ],
  };
};
