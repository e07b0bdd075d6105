/** An SMC error as it travels through Temporal: what the API said, what it means, what the operator can do. */
export interface SmcFailure {
  code: string;
  message: string;
  remedy: string;
  action?: string;
  requestId?: string;
}

import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/** The SMC failure inside an activity's failure; any other error in its words. */
export function smcFailureOf(error: unknown): SmcFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.details?.[0]) return cause.details[0] as SmcFailure;
  return {
    code: cause instanceof TimeoutFailure ? 'TimedOut' : 'Unexpected',
    message: cause instanceof Error ? cause.message : String(cause),
    remedy: 'See the workflow in the Temporal UI, then retry the server.',
  };
}

const saidOf = (error: unknown): ApplicationFailure | undefined =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : undefined;

const classOf = (error: unknown) => saidOf(error)?.details?.[1];

/** The timeout that ended an activity. */
export const timeoutOf = (error: unknown): TimeoutFailure | undefined =>
  error instanceof ActivityFailure && error.cause instanceof TimeoutFailure ? error.cause : undefined;

/** It was tried for as long as Temporal lets it. */
export const isTimeout = (error: unknown) =>
  timeoutOf(error) !== undefined || (error instanceof ActivityFailure && error.retryState === 'TIMEOUT');

/** It was tried for as long as it may be, and met nothing but passing troubles: what it has done meanwhile is not known. */
export const isGivenUp = (error: unknown) =>
  isTimeout(error) || classOf(error) === 'transient' || classOf(error) === 'throttled';

/** The account's last word: no retry would change it, and nothing was done. */
export const isFinalRefusal = (error: unknown) => saidOf(error)?.nonRetryable === true && !isGivenUp(error);

/** The account has no room for one more job, or one more running one. */
export const isQuotaRefusal = (error: unknown) => classOf(error) === 'quota';

/** The account refuses whoever calls: nobody's failure. */
export const isAccountRefusal = (error: unknown) => classOf(error) === 'account';

/** The source is not in a state that allows it: its client is away, say. */
export const isSourceStateRefusal = (error: unknown) => saidOf(error)?.type === 'SourceServerState.Invalid';
