import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';

// As the SDK's own functions of these names make them: who only sends messages need not load what runs workflows.

/** A message to a workflow that answers nothing. */
export const defineSignal = <Args extends unknown[] = []>(name: string): SignalDefinition<Args> =>
  ({ type: 'signal', name }) as SignalDefinition<Args>;

/** A question to a workflow, which changes nothing. */
export const defineQuery = <Answer, Args extends unknown[] = []>(
  name: string,
): QueryDefinition<Answer, Args> => ({ type: 'query', name }) as QueryDefinition<Answer, Args>;

/** An order to a workflow, which may refuse it before it changes anything. */
export const defineUpdate = <Answer, Args extends unknown[] = []>(
  name: string,
): UpdateDefinition<Answer, Args> => ({ type: 'update', name }) as UpdateDefinition<Answer, Args>;
