import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { LedgerEntry } from '../../src/ledger';
import type { SmcErrorClass } from '../../src/smc';

/** An SMC error as it travels through Temporal: what the API said, what it means, what the operator can do. */
export interface SmcFailure {
  code: string;
  message: string;
  remedy: string;
  action?: string;
  requestId?: string;
}

/** The one detail of an activity's failure: its workflow decides by this alone. */
export interface FailureDetail {
  failure: SmcFailure;
  class: SmcErrorClass;
  /** Set when nothing was done because the source has been migrated already. */
  migrated?: {
    entry: LedgerEntry;
    /** The server's own job on that source, which must not run, and stays. */
    jobId?: string;
  };
  /** Milliseconds until the next attempt, where the failure itself asks for them. */
  retryInMs?: number;
}

/** What has failed in an activity: Temporal wraps the failure of one that went through a task queue, and no other. */
export const causeOf = (error: unknown): unknown => (error instanceof ActivityFailure ? error.cause : error);

/** The detail inside an activity's failure; undefined for a timeout, and for an error of the activity's own code. */
export function failureDetailOf(error: unknown): FailureDetail | undefined {
  const cause = causeOf(error);
  if (!(cause instanceof ApplicationFailure)) return undefined;
  return cause.details?.[0] as FailureDetail | undefined;
}

/** The SMC failure inside an activity's failure; of any other error a failure with its own message. */
export function smcFailureOf(error: unknown): SmcFailure {
  const detail = failureDetailOf(error);
  if (detail) return detail.failure;
  const cause = causeOf(error);
  return {
    code: cause instanceof TimeoutFailure ? 'TimedOut' : 'Unexpected',
    message: cause instanceof Error ? cause.message : String(cause),
    remedy: 'See the workflow in the Temporal UI, then retry the server.',
  };
}

const classOf = (error: unknown) => failureDetailOf(error)?.class;

/** The timeout that ended an activity. */
export const timeoutOf = (error: unknown): TimeoutFailure | undefined =>
  error instanceof ActivityFailure && error.cause instanceof TimeoutFailure ? error.cause : undefined;

/** The activity was tried until Temporal's time for it was over. */
export const isTimeout = (error: unknown) =>
  timeoutOf(error) !== undefined || (error instanceof ActivityFailure && error.retryState === 'TIMEOUT');

/** The call was repeated until its time was over. No answer was final: it may have had its effect. */
export const isGivenUp = (error: unknown) =>
  isTimeout(error) || classOf(error) === 'transient' || classOf(error) === 'throttled';

/** A final answer of the account: a retry gets the same one, and the call had no effect. */
export function isFinalRefusal(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof ApplicationFailure && cause.nonRetryable === true && !isGivenUp(error);
}

/** The account has no room for one more job, or one more running one. */
export const isQuotaRefusal = (error: unknown) => classOf(error) === 'quota';

/** The account refuses every call, for its credentials for example: no server fails for it. */
export const isAccountRefusal = (error: unknown) => classOf(error) === 'account';

/** The source's state does not allow the call: its SMC client is offline, for example. */
export const isSourceStateRefusal = (error: unknown) =>
  failureDetailOf(error)?.failure.code === 'SourceServerState.Invalid';
