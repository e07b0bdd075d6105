import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { cutText, failureText } from '../../../src/text';
import type { SmcFailure } from '../failure';
import type { ServerResult } from '../server-messages';

/** A server that was not migrated. */
export type FailedServer = Extract<ServerResult, { outcome: 'failed' }>;

/** The one detail of the failure of a server's workflow. */
interface ServerFailureDetail extends Omit<FailedServer, 'outcome' | 'error'> {
  failure: SmcFailure;
}

/** Bytes of the message of a failure. */
const mostMessage = 8_000;

/** The failure of a server's workflow: its type is the code, its message what an operator reads in the Temporal UI. */
export function serverFailure({ outcome, error, ...rest }: FailedServer): ApplicationFailure {
  const detail: ServerFailureDetail = {
    failure: { ...error, message: cutText(error.message, mostMessage) },
    ...rest,
  };
  return ApplicationFailure.create({
    type: error.code,
    message: failureText(detail.failure),
    nonRetryable: true,
    details: [detail],
  });
}

/**
 * How a server ended, by the error that asking for its workflow's result gives; undefined where the workflow has ended
 * without a result. What a cancelled one has left is told by its report, and by the memo `leftover` of its workflow.
 */
export function endOfFailure(error: unknown): ServerResult | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof CancelledFailure) return { outcome: 'cancelled' };
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const detail = cause.details?.[0] as Partial<ServerFailureDetail> | null | undefined;
  if (!detail?.failure) return undefined;
  const { failure, ...rest } = detail;
  return { outcome: 'failed', error: failure, ...rest };
}
