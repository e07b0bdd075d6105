import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { SmcError, type SmcErrorClass } from '../../src/smc';
import { failureText } from '../../src/text';
import type { FailureDetail, SmcFailure } from '../../workflows/contract/failure';
import { accountRefused } from './account-trouble';
import { type CallHistory, callHistory, isGivenUp, noteFailure } from './call-history';
import { withHeartbeat } from './context';

/** The operator's view of an SMC error. */
export function smcFailure(error: SmcError): SmcFailure {
  const { code, message, action, requestId } = error.facts;
  return { code, message, remedy: error.remedy, action, requestId };
}

/** Classes that say nothing against the call itself: the same call may succeed later. */
export const mayPass = (error: SmcError) => passing.has(error.class);
const passing: ReadonlySet<SmcErrorClass> = new Set(['throttled', 'transient', 'account']);

/**
 * Runs one SMC call (or a few that belong together) and turns its error into the failure Temporal acts on: see
 * {@link smcApplicationFailure}. It notes in its heartbeats what earlier attempts were refused for.
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
    // The next attempt is given what was said last.
    activity.heartbeat(history);
    if (isGivenUp(history, Date.now())) throw finalFailure(error);
    throw smcApplicationFailure(error);
  }
}

/**
 * The same for a call that decides whether a batch begins, or changes: a refusal of the account is its answer.
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
 * An SMC error as an ApplicationFailure: throttled and transient ones are retried; what the account refuses is retried
 * slowly without end, and the batch is told; all others end the activity. `attempt` counts from 1 and sets how long a
 * retry waits.
 */
export function smcApplicationFailure(
  error: SmcError,
  attempt = Context.current().info.attempt,
): ApplicationFailure {
  if (!mayPass(error)) return finalFailure(error);
  if (error.class === 'account') accountRefused(smcFailure(error));
  return failure(error, { nonRetryable: false, nextRetryDelay: retryDelayMs(error, attempt) });
}

/** Ends the activity; `more` is what its workflow decides by, beside the error. */
export const finalFailure = (error: SmcError, more?: Pick<FailureDetail, 'migrated'>) =>
  failure(error, { nonRetryable: true, ...more });

/** The activity is run again, whatever the class of the error: what stands in its way now will pass, and needs no remedy. */
export const passingFailure = (error: SmcError, nextRetryDelay?: '5s' | '1m') =>
  failure(
    error,
    { nonRetryable: false, nextRetryDelay },
    failureText({ ...smcFailure(error), remedy: undefined }),
  );

type How = { nonRetryable: boolean; nextRetryDelay?: number | '5s' | '1m' } & Pick<FailureDetail, 'migrated'>;

/** The one place where a failure is put into the form in which it crosses Temporal: its type is the API's code. */
function failure(
  error: SmcError,
  { migrated, ...retry }: How,
  message = failureText(smcFailure(error)),
): ApplicationFailure {
  const detail: FailureDetail = {
    failure: smcFailure(error),
    class: error.class,
    ...(migrated && { migrated }),
  };
  return ApplicationFailure.create({ type: error.code, message, details: [detail], ...retry });
}

/**
 * Grows from about a second to a minute, with jitter so that fifty servers do not come back as one; never before the
 * time the service asks for, as long as that is no more than minutes. What the account refuses is tried from 10 s on: an
 * account that is in order again after a minute is found out within half a minute.
 */
function retryDelayMs(error: SmcError, attempt: number): number {
  if (error.class === 'account')
    return Math.min(48_000, 10_000 * 1.3 ** Math.min(attempt - 1, 10)) * (0.75 + Math.random() / 2);
  const longest = error.class === 'throttled' ? 30_000 : 60_000;
  const grown = Math.min(longest, 1_000 * 2 ** Math.min(attempt - 1, 10));
  const asked = Math.min(600_000, (error.facts.retryAfterSeconds ?? 0) * 1_000);
  return Math.max(grown * (0.5 + Math.random()), asked * (1 + Math.random() / 2));
}
