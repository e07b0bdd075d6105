import { ApplicationFailure } from '@temporalio/common';
import type { BatchProgress, ServerPhase } from '../views';

/** What a batch leaves behind as its workflow's result; the servers one by one are a query. */
export type BatchResult = Pick<BatchProgress, 'batch' | 'counts' | 'total' | 'waves' | 'startedAt'> & {
  endedAt: string;
};

/** The type of the failure that the workflow of a batch with failed servers ends with. */
const serversFailed = 'ServersFailed';

/** A batch that has ended with failed servers is Failed in the Temporal UI; its result is the one detail of that failure. */
export const batchFailure = (result: BatchResult): ApplicationFailure =>
  ApplicationFailure.create({
    type: serversFailed,
    message: `${result.counts.failed} of ${result.total} servers failed`,
    nonRetryable: true,
    details: [result],
  });

/**
 * The result of a batch that has ended with failed servers, by the error that asking for its workflow's result gives;
 * undefined for any other error: the batch could not start, was cancelled, or was terminated.
 */
export function resultOfFailure(error: unknown): BatchResult | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== serversFailed) return undefined;
  return cause.details?.[0] as BatchResult;
}

/** What the memo of a batch's workflow says, so that a list of batches can tell it without asking each of them. */
export interface BatchMemo {
  servers: number;
  account: string;
  /** The file of its plan, as it was typed. */
  planFile?: string;
  /** Once it has ended, phases without servers left out. */
  counts?: Partial<Record<ServerPhase, number>>;
}
