import { ApplicationFailure } from '@temporalio/activity';
import { request } from 'undici';
import type { BatchEvent } from '../workflows/messages';
import type { ActivityContext } from './context';

/** Where events are sent (`SMC_WEBHOOK_URL`) and in whose words (`SMC_WEBHOOK_FORMAT`). */
export interface Webhook {
  url: string;
  format: 'json' | 'dingtalk' | 'slack';
}

/**
 * Sends an event of a batch to the worker's webhook; without one it does nothing. The URL may hold a token: it stays
 * on the worker, out of every history and error.
 */
export function notify({ webhook }: ActivityContext) {
  return async (event: BatchEvent): Promise<void> => {
    if (!webhook) return;
    const answer = await request(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message(event, webhook.format)),
      signal: AbortSignal.timeout(15_000),
    }).catch((error: unknown) => {
      throw ApplicationFailure.retryable(
        `the webhook could not be reached: ${(error as { code?: string }).code ?? 'no answer'}`,
      );
    });
    await answer.body.dump();
    if (answer.statusCode < 300) return;
    // Told no for good: repeating the same message would not help.
    const isFinal = answer.statusCode >= 400 && answer.statusCode < 500 && answer.statusCode !== 429;
    throw ApplicationFailure.create({
      message: `the webhook answered HTTP ${answer.statusCode}`,
      nonRetryable: isFinal,
    });
  };
}

/** Both chat services take a text; the generic form has every field. */
export function message(event: BatchEvent, format: Webhook['format']): unknown {
  const text = `smc-batch '${event.batch}': ${event.what}`;
  if (format === 'dingtalk') return { msgtype: 'text', text: { content: text } };
  if (format === 'slack') return { text };
  return { ...event, at: new Date(event.at).toISOString() };
}
