import { CancelledFailure } from '@temporalio/common';
import type { BatchClient } from './batch-client';
import { SmcBatchError } from './batch-error';

/**
 * Why the batch has nothing to show, by how Temporal says that it ended: it could not start, or was terminated. Undefined
 * where it goes on, or its servers have ended, however they have.
 */
export async function failureOf(batch: BatchClient, outcome: string): Promise<SmcBatchError | undefined> {
  if (!['FAILED', 'TERMINATED', 'TIMED_OUT'].includes(outcome)) return undefined;
  const error = await batch.result().then(
    () => undefined,
    (thrown: Error & { cause?: Error }) => thrown,
  );
  // Cancelled by an order alone, it is Failed in Temporal, for that reason.
  if (!error || error.cause instanceof CancelledFailure) return undefined;
  const reason = error.cause?.message ?? error.message;
  return outcome === 'FAILED'
    ? new SmcBatchError('CouldNotStart', `Batch '${batch.batch}' could not start: ${reason}`)
    : new SmcBatchError(
        'CutShort',
        `Batch '${batch.batch}' is ${outcome.toLowerCase()}${reason ? ` (${reason})` : ''}. ${nextAfter(reason)}`,
      );
}

/** Temporal ends a workflow that is larger than its limit, and names the limit. */
const nextAfter = (reason = '') =>
  /exceeds.*(size )?limit|too large/i.test(reason)
    ? 'The batch has become larger than Temporal allows: split the plan into two batches, and apply each: done servers are skipped, live jobs are adopted.'
    : 'Apply the plan again: done servers are skipped, live jobs are adopted.';
