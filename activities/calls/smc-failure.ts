import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { SmcError, type SmcErrorClass } from '../../src/smc';
import { failureText } from '../../src/text';
import type { FailureDetail } from '../../workflows/contract/failure';
import { accountRefused } from './account-trouble';
import { type CallHistory, callHistory, isGivenUp, noteFailure } from './call-history';
import { withHeartbeat } from './context';
import { smcFailure } from './failure-of-error';

/** Whether the same call may succeed later, by the class of its error. */
export const mayPass = (error: SmcError) => passing.has(error.class);
const passing: ReadonlySet<SmcErrorClass> = new Set(['throttled', 'transient', 'account']);

/**
 * Runs one SMC call, or a few that belong together, and turns an error into the failure for Temporal: see
 * {@link smcApplicationFailure}. Its heartbeats carry the failures of earlier attempts.
 */
export async function smcCall<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const activity = Context.current();
  const signal = activity.cancellationSignal;
  let history: CallHistory = callHistory();
  try {
    return await withHeartbeat(
      () => history,
      () => work(signal),
    );
  } catch (error) {
    if (signal.aborted) throw new CancelledFailure('the call was given up on cancellation');
    if (!(error instanceof SmcError)) throw error;
    history = noteFailure(history, error, Date.now());
    // The next attempt gets the last heartbeat.
    activity.heartbeat(history);
    if (isGivenUp(history, Date.now())) throw finalFailure(error);
    throw smcApplicationFailure(error);
  }
}

/**
 * Runs a call that decides whether a batch begins, or changes its plan. A refusal of the account ends it at once.
 */
export async function smcLook<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return smcCall(async (signal) => {
    try {
      return await work(signal);
    } catch (error) {
      throw error instanceof SmcError && error.class === 'account' ? finalFailure(error) : error;
    }
  });
}

/**
 * An SMC error as an ApplicationFailure. Throttled and transient calls are retried; calls that the account refuses are
 * retried slowly without end, and the batch gets a report; all other errors end the activity. `attempt` counts from 1 and
 * decides the delay of a retry.
 */
export function smcApplicationFailure(
  error: SmcError,
  attempt = Context.current().info.attempt,
): ApplicationFailure {
  if (!mayPass(error)) return finalFailure(error);
  if (error.class === 'account') accountRefused(smcFailure(error));
  return failure(error, { nonRetryable: false, nextRetryDelay: retryDelayMs(error, attempt) });
}

/** The failure that ends an activity; its workflow decides by the error and by `more`. */
export const finalFailure = (error: SmcError, more?: Pick<FailureDetail, 'migrated'>) =>
  failure(error, { nonRetryable: true, ...more });

/** A failure after which the activity is run again, with any class of error: its cause will pass without a remedy. */
export const passingFailure = (error: SmcError, nextRetryDelay?: number) =>
  failure(
    error,
    { nonRetryable: false, nextRetryDelay },
    failureText({ ...smcFailure(error), remedy: undefined }),
  );

type How = { nonRetryable: boolean; nextRetryDelay?: number } & Pick<FailureDetail, 'migrated'>;

/** Gives a failure the form in which it crosses Temporal; its type is the API's code. */
function failure(
  error: SmcError,
  { migrated, ...retry }: How,
  message = failureText(smcFailure(error)),
): ApplicationFailure {
  const detail: FailureDetail = {
    failure: smcFailure(error),
    class: error.class,
    ...(migrated && { migrated }),
    ...(retry.nextRetryDelay !== undefined && { retryInMs: Math.round(retry.nextRetryDelay) }),
  };
  return ApplicationFailure.create({ type: error.code, message, details: [detail], ...retry });
}

/**
 * The delay grows from about a second to a minute, with jitter, so that fifty servers do not repeat their calls together. It is
 * never shorter than the time that the service asks for, up to ten minutes. After a refusal of the account it starts at 10 s:
 * after a minute of trouble the end of it is noticed within half a minute.
 */
function retryDelayMs(error: SmcError, attempt: number): number {
  if (error.class === 'account')
    return Math.min(48_000, 10_000 * 1.3 ** Math.min(attempt - 1, 10)) * (0.75 + Math.random() / 2);
  const longest = error.class === 'throttled' ? 30_000 : 60_000;
  const grown = Math.min(longest, 1_000 * 2 ** Math.min(attempt - 1, 10));
  const asked = Math.min(600_000, (error.facts.retryAfterSeconds ?? 0) * 1_000);
  return Math.max(grown * (0.5 + Math.random()), asked * (1 + Math.random() / 2));
}
