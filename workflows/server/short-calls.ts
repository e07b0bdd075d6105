import { ApplicationFailure, proxyLocalActivities, TimeoutFailure } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { causeOf, failureDetailOf } from '../contract/failure';
import { type FirstTry, notAtOnce } from '../contract/first-try';
import { smcCalls } from './activities';

/** Half of the time that Temporal gives a workflow for its task: messages to the workflow wait meanwhile. */
const atOnceMs = 5_000;

/** The calls that an API answers at once, as a rule. */
type ShortCall =
  | 'createReplicationJob'
  | 'startReplicationJob'
  | 'cutOverReplicationJob'
  | 'modifyReplicationJobAttribute'
  | 'describeFailedJob'
  | 'tellBatch';

type Input<K extends ShortCall> = Parameters<Activities[K]>[0];
type Output<K extends ShortCall> = Awaited<ReturnType<Activities[K]>>;
type Call<K extends ShortCall> = (input: Input<K>, firstTry?: FirstTry) => Promise<Output<K>>;

/**
 * Makes a call at once, within this task of the workflow: that leaves one event in its history instead of six, and needs no
 * way through a task queue. It is tried once. Where it has to wait, or may succeed later, it goes on as an activity with all
 * its retries, which the Temporal UI shows as pending. It is safe to repeat, as all calls are: a worker that is killed in the middle
 * of the task leaves no trace of it, and another one makes the whole task again.
 */
export async function shortCall<K extends ShortCall>(
  name: K,
  summary: string,
  input: Input<K>,
): Promise<Output<K>> {
  const options = { startToCloseTimeout: atOnceMs, retry: { maximumAttempts: 1 }, summary };
  try {
    return await (proxyLocalActivities<Activities>(options)[name] as Call<K>)(input);
  } catch (error) {
    const firstTry = firstTryOf(error);
    if (!firstTry) throw error;
    const activity = smcCalls(summary)[name] as Call<K>;
    return await (firstTry === 'notMade' ? activity(input) : activity(input, firstTry));
  }
}

/** The failure after which the call goes on; undefined for a final one, and for a cancellation. */
function firstTryOf(error: unknown): FirstTry | 'notMade' | undefined {
  const cause = causeOf(error);
  if (cause instanceof TimeoutFailure)
    return { type: 'TimedOut', message: `it has not answered within ${atOnceMs / 1000} s` };
  if (!(cause instanceof ApplicationFailure) || cause.nonRetryable) return undefined;
  if (cause.type === notAtOnce) return 'notMade';
  return { type: cause.type ?? undefined, message: cause.message, detail: failureDetailOf(cause) };
}
