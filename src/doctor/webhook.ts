import { hostname } from 'node:os';
import { createWebhookSender, webhookSettings } from '../webhook';
import type { Check } from './check';

/** Sends a trial to the webhook of this machine's settings, as a worker would send it. */
export async function webhookTrial(): Promise<Check> {
  const check = { id: 'webhook', title: 'Webhook' };
  const webhook = webhookSettings();
  if (webhook === undefined)
    return {
      ...check,
      status: 'problem',
      detail: 'there is none',
      remedy: "Set SMC_WEBHOOK_URL and SMC_WEBHOOK_FORMAT as the worker's machine has them.",
    };
  if (typeof webhook === 'string')
    return {
      ...check,
      status: 'problem',
      detail: webhook.replace(/\.$/, ''),
      remedy: 'Correct that variable.',
    };
  const { format, secret } = webhook;
  const sender = createWebhookSender(webhook);
  try {
    const refusal = await sender.send({
      batch: 'trial',
      at: Date.now(),
      kind: 'trial',
      what: `a trial from ${hostname()}: messages arrive`,
    });
    const how = `${format}, ${secret ? 'signed' : 'not signed'}`;
    if (!refusal) return { ...check, status: 'ok', detail: `it has accepted a trial (${how})` };
    return {
      ...check,
      status: 'problem',
      detail: `${refusal.message} (${how})`,
      remedy:
        'Check, in this order: SMC_WEBHOOK_URL, SMC_WEBHOOK_FORMAT, SMC_WEBHOOK_SECRET, the keywords and addresses that the robot allows, the proxy (HTTPS_PROXY, NO_PROXY).',
    };
  } finally {
    await sender.close();
  }
}
