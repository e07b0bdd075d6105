import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';

// These give the same objects as the SDK's functions of these names. A process that only sends messages does not load
// `@temporalio/workflow` for them.

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
