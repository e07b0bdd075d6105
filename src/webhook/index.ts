/** The operators' webhook: its settings, messages in the form of each service, signatures, and what its answers mean. */
export { type WebhookRefusal, webhookRefusal } from './answer';
export { createWebhookSender, type WebhookSender } from './send';
export { type Webhook, type WebhookFormat, webhookFormats, webhookSettings } from './settings';
