import { webhookSettings } from '../../src/webhook';

const url = 'https://oapi.dingtalk.com/robot/send?access_token=not-to-be-seen';

test.each([
  [{}, undefined],
  [{ SMC_WEBHOOK_URL: url }, { url, format: 'json' }],
  [
    { SMC_WEBHOOK_URL: url, SMC_WEBHOOK_FORMAT: 'feishu', SMC_WEBHOOK_SECRET: 's' },
    { url, format: 'feishu', secret: 's' },
  ],
  [{ SMC_WEBHOOK_URL: 'ftp://x' }, 'SMC_WEBHOOK_URL must be an http or https URL.'],
  [
    { SMC_WEBHOOK_URL: url, SMC_WEBHOOK_FORMAT: 'teams' },
    "SMC_WEBHOOK_FORMAT is 'teams': it must be json, dingtalk, feishu or slack.",
  ],
  [
    { SMC_WEBHOOK_URL: url, SMC_WEBHOOK_FORMAT: 'slack', SMC_WEBHOOK_SECRET: 's' },
    "SMC_WEBHOOK_SECRET is set, and Slack's webhooks take no signature: unset it.",
  ],
])('the settings %j', (env, expected) => {
  expect(webhookSettings(env)).toEqual(expected);
});
