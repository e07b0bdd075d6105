import { ApplicationFailure, Context } from '@temporalio/activity';
import { createWebhookSender } from '../../src/webhook';
import type { BatchEvent } from '../../workflows/contract/batch-event';
import type { ActivityContext } from '../calls/context';

/**
 * Sends an event of a batch to the worker's webhook; without one it does nothing. The webhook's URL and secret are settings of the
 * worker's machine: they are in no history and no error.
 */
export function notify({ webhook }: ActivityContext) {
  const sender = webhook && createWebhookSender(webhook);
  return async (event: BatchEvent): Promise<void> => {
    const refusal = await sender?.send(event, { signal: Context.current().cancellationSignal });
    if (!refusal) return;
    throw ApplicationFailure.create({
      message: refusal.message,
      nonRetryable: refusal.isFinal,
      nextRetryDelay: refusal.retryAfterSeconds ? refusal.retryAfterSeconds * 1000 : undefined,
    });
  };
}
