import type { ActivateInput, WorkflowInterceptorsFactory } from '@temporalio/workflow';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

/**
 * A worker that is asked a query of a workflow it does not hold gives that workflow all events there are, also those that
 * no workflow task has taken up yet. The task that follows, and its commands, then begin in their middle, while a later
 * replay gives the task all its events at once: the commands come in another order, and the workflow is stuck. So events
 * that come before their task are put off until it has started; the query is answered without them.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let task: string | undefined;
  let events = 0;
  let early: Job[] = [];
  return {
    internals: [
      {
        activate(input, next) {
          const { timestamp, historyLength, jobs } = input.activation;
          if (!jobs || jobs.some(({ queryWorkflow }) => queryWorkflow)) return next(input);
          const started = `${timestamp?.seconds}.${timestamp?.nanos}`;
          const length = historyLength ?? 0;
          // What a task brings about by itself, like the end of what it has cancelled, adds no event.
          const isEarly = started === task && length > events;
          task = started;
          events = length;
          if (isEarly) {
            early.push(...jobs.splice(0));
          } else if (early.length > 0) {
            const all = [...early, ...jobs.splice(0)];
            early = [];
            // As the SDK orders the jobs of one task.
            jobs.push(...all.filter(isMessage), ...all.filter((job) => !isMessage(job)));
          }
          next(input);
        },
      },
    ],
  };
};

const isMessage = ({ signalWorkflow, doUpdate }: Job) => Boolean(signalWorkflow ?? doUpdate);
