/** The services whose messages are known; `json` is a service of one's own. */
export const webhookFormats = ['json', 'dingtalk', 'feishu', 'slack'] as const;
export type WebhookFormat = (typeof webhookFormats)[number];

/** The webhook of the operators. All of it is a secret: the URL holds a token. */
export interface Webhook {
  /** `SMC_WEBHOOK_URL` */
  url: string;
  /** `SMC_WEBHOOK_FORMAT` */
  format: WebhookFormat;
  /** `SMC_WEBHOOK_SECRET`: messages are signed with it. */
  secret?: string;
}

/** The webhook of the environment; undefined where there is none; a text where a variable is wrong. It never quotes a secret. */
export function webhookSettings(env: NodeJS.ProcessEnv = process.env): Webhook | undefined | string {
  const { SMC_WEBHOOK_URL: url, SMC_WEBHOOK_SECRET: secret } = env;
  if (!url) return undefined;
  if (!URL.canParse(url) || !/^https?:/.test(url)) return 'SMC_WEBHOOK_URL must be an http or https URL.';
  const given = env.SMC_WEBHOOK_FORMAT || 'json';
  const format = webhookFormats.find((known) => known === given);
  if (!format) return `SMC_WEBHOOK_FORMAT is '${given}': it must be json, dingtalk, feishu or slack.`;
  if (secret && format === 'slack')
    return "SMC_WEBHOOK_SECRET is set, and Slack's webhooks take no signature: unset it.";
  return { url, format, ...(secret && { secret }) };
}
