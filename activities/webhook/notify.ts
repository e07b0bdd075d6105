import { ApplicationFailure, Context } from '@temporalio/activity';
import { createHttpClient, HttpFailure } from '../../src/http';
import type { BatchEvent } from '../../workflows/contract/batch-event';
import type { ActivityContext, Webhook } from '../calls/context';
import { webhookRefusal } from './webhook-refusal';

/**
 * Sends an event of a batch to the worker's webhook; without one it does nothing. The URL may contain a token: it is in no
 * history and no error.
 */
export function notify({ webhook }: ActivityContext) {
  const http = createHttpClient({ timeoutMs: 10_000, connections: 4, maxBodyBytes: 1024 * 1024 });
  return async (event: BatchEvent): Promise<void> => {
    if (!webhook) return;
    const answer = await http
      .exchange(new URL(webhook.url), {
        method: 'POST',
        body: JSON.stringify(message(event, webhook.format)),
        contentType: 'application/json',
        signal: Context.current().cancellationSignal,
      })
      .catch((error: unknown) => {
        if (!(error instanceof HttpFailure)) throw error;
        throw ApplicationFailure.retryable(`the webhook could not be reached: ${error.message}`);
      });
    const refusal = webhookRefusal(answer, webhook);
    if (!refusal) return;
    throw ApplicationFailure.create({
      message: refusal.message,
      nonRetryable: refusal.isFinal,
      nextRetryDelay: refusal.retryAfterSeconds ? refusal.retryAfterSeconds * 1000 : undefined,
    });
  };
}

/** The body of a message: a text for the chat services, all fields in the generic format. */
export function message(event: BatchEvent, format: Webhook['format']): unknown {
  const text = `smc-batch '${event.batch}': ${event.what}`;
  if (format === 'dingtalk') return { msgtype: 'text', text: { content: text } };
  if (format === 'slack') return { text };
  return { ...event, at: new Date(event.at).toISOString() };
}
