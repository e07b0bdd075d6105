import { isGrpcServiceError, WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { SmcBatchError } from '../batch-client/batch-error';
import { temporalSentence } from '../batch-client/session';
import { TemporalUnavailable } from '../temporal';

/** Which Temporal is spoken of. */
export interface Where {
  address: string;
  namespace: string;
}

/** What `work` gives; what goes wrong with Temporal or the batch is an {@link SmcBatchError}, anything else stays as it is. */
export async function named<T>(where: Where, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namedError(where, error);
  }
}

/** The same for what is given piece by piece. */
export async function* eachNamed<T>(where: Where, work: () => AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    yield* work();
  } catch (error) {
    throw namedError(where, error);
  }
}

function namedError(where: Where, error: unknown): unknown {
  if (error instanceof SmcBatchError) return error;
  if (error instanceof TemporalUnavailable)
    return new SmcBatchError('TemporalUnavailable', error.message, { cause: error });
  if (error instanceof WorkflowFailedError) return endWithoutResult(error);
  const reason = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
  if (!isGrpcServiceError(reason)) return error;
  return new SmcBatchError('TemporalUnavailable', temporalSentence(where, reason), { cause: error });
}

function endWithoutResult(error: WorkflowFailedError): SmcBatchError {
  const { cause } = error;
  if (cause instanceof CancelledFailure)
    return new SmcBatchError('Cancelled', 'The batch was cancelled.', { cause: error });
  if (cause instanceof TerminatedFailure || cause instanceof TimeoutFailure)
    return new SmcBatchError('CutShort', `The batch was ended in Temporal: ${cause.message}`, {
      cause: error,
    });
  return new SmcBatchError('CouldNotStart', `The batch could not start: ${cause?.message ?? error.message}`, {
    cause: error,
  });
}
