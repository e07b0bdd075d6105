import { createHash, createHmac } from 'node:crypto';
import type { BatchEvent } from '../../workflows/contract/batch-event';
import type { Webhook } from './settings';

/** A message as it is sent. */
export interface WebhookMessage {
  url: URL;
  body: string;
  headers: Record<string, string>;
}

/** The message of an event in the form of the service, signed where there is a secret. `now`: milliseconds since the epoch. */
export function webhookMessage(event: BatchEvent, webhook: Webhook, now: number): WebhookMessage {
  const url = new URL(webhook.url);
  const { format, secret } = webhook;
  const text = `smc-batch '${event.batch}': ${event.what}`;
  switch (format) {
    case 'dingtalk':
      if (secret) {
        url.searchParams.set('timestamp', String(now));
        url.searchParams.set('sign', hmac(secret, `${now}\n${secret}`));
      }
      return { url, headers: {}, body: JSON.stringify({ msgtype: 'text', text: { content: text } }) };
    case 'feishu': {
      const timestamp = String(Math.floor(now / 1000));
      // Feishu: the timestamp and the secret are the key, and nothing is signed.
      const signed = secret && { timestamp, sign: hmac(`${timestamp}\n${secret}`, '') };
      // Feishu: `<at user_id="all">` in a text calls everybody.
      const content = { text: text.replace(/<(?=\/?at\b)/gi, '＜') };
      return { url, headers: {}, body: JSON.stringify({ ...signed, msg_type: 'text', content }) };
    }
    case 'slack':
      return { url, headers: {}, body: JSON.stringify({ text: slackText(text) }) };
    case 'json': {
      const body = JSON.stringify({ ...event, at: new Date(event.at).toISOString() });
      return { url, body, headers: standardHeaders(body, secret, now) };
    }
  }
}

/**
 * The headers of the Standard Webhooks specification, which has libraries in most languages. The id is the same whenever the same
 * message is sent again. A secret that begins with `whsec_` is base64, any other one is used as it is.
 */
function standardHeaders(body: string, secret: string | undefined, now: number): Record<string, string> {
  const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
  const timestamp = String(Math.floor(now / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (!secret) return headers;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  return { ...headers, 'webhook-signature': `v1,${hmac(key, `${id}.${timestamp}.${body}`)}` };
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest('base64');

/** Slack: three characters are markup, and `<!channel>` calls everybody. */
const slackText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
