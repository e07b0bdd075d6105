import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { SmcError } from '../src/smc';
import type { SmcFailure } from '../workflows/messages';
import { withHeartbeat } from './context';

/** The operator's view of an SMC error. */
export function smcFailure(error: SmcError): SmcFailure {
  const { code, message, action, requestId } = error.facts;
  return { code, message, remedy: error.remedy, action, requestId };
}

/**
 * Runs one SMC call (or a few that belong together) and turns its error into the failure Temporal acts on: throttled
 * and transient ones are retried, all others end the activity. The failure's type is the API's code, its first
 * detail the {@link SmcFailure}, its second the error's class.
 */
export async function smcCall<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const activity = Context.current();
  const signal = activity.cancellationSignal;
  try {
    return await withHeartbeat(
      () => undefined,
      () => work(signal),
    );
  } catch (error) {
    if (signal.aborted) throw new CancelledFailure('the call was given up on cancellation');
    throw error instanceof SmcError ? smcApplicationFailure(error, activity.info.attempt) : error;
  }
}

/** An SMC error as an ApplicationFailure; `attempt` counts from 1 and sets how long a retry waits. */
export function smcApplicationFailure(error: SmcError, attempt: number): ApplicationFailure {
  const retried = error.class === 'throttled' || error.class === 'transient';
  return ApplicationFailure.create({
    type: error.code,
    message: `${error.message}. ${error.remedy}`,
    nonRetryable: !retried,
    nextRetryDelay: retried ? retryDelayMs(error, attempt) : undefined,
    details: [smcFailure(error), error.class],
  });
}

/**
 * Grows from about a second to a minute, with jitter so that fifty servers do not come back as one; never before the
 * time the service asks for, as long as that is no more than minutes.
 */
function retryDelayMs(error: SmcError, attempt: number): number {
  const longest = error.class === 'throttled' ? 30_000 : 60_000;
  const grown = Math.min(longest, 1_000 * 2 ** Math.min(attempt - 1, 10));
  const asked = Math.min(600_000, (error.facts.retryAfterSeconds ?? 0) * 1_000);
  return Math.max(grown * (0.5 + Math.random()), asked * (1 + Math.random() / 2));
}
