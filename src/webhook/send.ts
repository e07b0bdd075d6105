import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchEvent } from '../../workflows/contract/batch-event';
import { createHttpClient, HttpFailure } from '../http';
import { type WebhookRefusal, webhookRefusal } from './answer';
import { webhookMessage } from './message';
import { paceOf } from './pace';
import type { Webhook } from './settings';

/** Sends messages to one webhook. */
export interface WebhookSender {
  /**
   * Sends a message once; gives why it was not accepted. The URL and the secret are in no refusal. Rejects with the signal's reason when
   * the signal ends the wait.
   */
  send(event: BatchEvent, options?: { signal?: AbortSignal }): Promise<WebhookRefusal | undefined>;
  close(): Promise<void>;
}

/** A message waits so long at most for the service's pace; then it is for a later try. */
const longestPaceMs = 15_000;

/** A sender that keeps to the pace of the service, through the proxy of the environment. */
export function createWebhookSender(webhook: Webhook): WebhookSender {
  const http = createHttpClient({ timeoutMs: 10_000, connections: 4, maxBodyBytes: 1024 * 1024 });
  const pace = paceOf(webhook.format);

  /** Waits for the pace; gives the seconds to wait where that is too long. */
  async function untilItsTurn(signal?: AbortSignal): Promise<number> {
    const giveUpAt = Date.now() + longestPaceMs;
    for (;;) {
      const waitMs = pace.take(Date.now());
      if (waitMs <= 0) return 0;
      if (Date.now() + waitMs > giveUpAt) return Math.ceil(waitMs / 1000);
      await sleep(waitMs, undefined, { signal });
    }
  }

  return {
    async send(event, { signal } = {}) {
      const retryAfterSeconds = await untilItsTurn(signal);
      if (retryAfterSeconds > 0) {
        const message = 'too many messages for the webhook in a minute';
        return { message, isFinal: false, retryAfterSeconds };
      }
      const { url, body, headers } = webhookMessage(event, webhook, Date.now());
      try {
        const answer = await http.exchange(url, {
          method: 'POST',
          body,
          headers,
          contentType: 'application/json',
          signal,
        });
        return webhookRefusal(answer, webhook);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        return { message: `the webhook could not be reached: ${error.message}`, isFinal: false };
      }
    },
    close: () => http.close(),
  };
}
