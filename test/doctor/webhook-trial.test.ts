import { hostname } from 'node:os';
import { doctorCommand } from '../../src/commands/doctor';
import { captured } from '../plan/captured';
import { aService, type Received, type ServiceAnswer } from '../webhook/a-service';
import { services } from '../webhook/services';

const before = { ...process.env };
beforeEach(() => {
  for (const name of Object.keys(process.env))
    if (/^(SMC_WEBHOOK|ALIBABA_CLOUD_)|_proxy$/i.test(name)) delete process.env[name];
  // What else is checked is told at once: nothing of it is there.
  process.env.TEMPORAL_PROFILE = 'nobody';
  process.env.SMC_ENDPOINT = 'http://127.0.0.1:9';
  process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED = 'true';
});
afterAll(() => {
  process.env = before;
  process.exitCode = 0;
});

async function trial(): Promise<{ status: string; detail: string; remedy?: string }> {
  const run = () => doctorCommand().exitOverride().parseAsync(['--webhook', '-o', 'json'], { from: 'user' });
  const { stdout } = await captured(run);
  expect(stdout).not.toMatch(/not-a-secret|right-secret|wrong-secret/);
  return JSON.parse(stdout).checks.find(({ id }: { id: string }) => id === 'webhook');
}

/** A trial against a service that answers so; gives what the service has got as well. */
async function trialTo(
  answer: (received: Received) => ServiceAnswer,
  settings: { format: string; secret?: string },
) {
  const service = await aService(answer);
  process.env.SMC_WEBHOOK_URL = service.url;
  process.env.SMC_WEBHOOK_FORMAT = settings.format;
  if (settings.secret) process.env.SMC_WEBHOOK_SECRET = settings.secret;
  try {
    return { check: await trial(), received: service.received };
  } finally {
    await service.close();
  }
}

describe.each([
  ['DingTalk', 'dingtalk', /errcode 310000: sign not match \(dingtalk, signed\)/],
  ['Feishu', 'feishu', /code 19021: sign match fail.* \(feishu, signed\)/],
  ['A service of your own', 'json', /HTTP 401 \(json, signed\)/],
])('a trial to %s', (title, format, refusal) => {
  const answer = (received: Received) => services[title]!(received, 'right-secret');

  test('is accepted once, and names the machine it comes from', async () => {
    const { check, received } = await trialTo(answer, { format, secret: 'right-secret' });
    expect(check).toMatchObject({ status: 'ok', detail: `it has accepted a trial (${format}, signed)` });
    expect(received).toHaveLength(1);
    expect(received[0]!.text).toContain(`a trial from ${hostname()}`);
  });

  test('with another secret is a problem, with the reason of the service', async () => {
    const { check, received } = await trialTo(answer, { format, secret: 'wrong-secret' });
    expect(check).toMatchObject({
      status: 'problem',
      detail: expect.stringMatching(refusal),
      remedy: expect.stringContaining('SMC_WEBHOOK_SECRET'),
    });
    expect(received).toHaveLength(1);
  });
});

test('a trial to Slack is accepted once', async () => {
  const { check, received } = await trialTo((one) => services.Slack!(one, undefined), { format: 'slack' });
  expect(check).toMatchObject({ status: 'ok', detail: 'it has accepted a trial (slack, not signed)' });
  expect(received).toHaveLength(1);
});

test.each<[string, string, ServiceAnswer, string]>([
  ['a hook that was deleted', 'slack', { status: 404, body: 'no_service' }, 'HTTP 404: no_service'],
  ['a message for another service', 'slack', { status: 400, body: 'invalid_payload' }, 'invalid_payload'],
  [
    'a keyword that is missing',
    'dingtalk',
    { body: '{"errcode":310000,"errmsg":"keywords not in content"}' },
    '310000: keywords',
  ],
  [
    'a robot that is too busy',
    'dingtalk',
    { body: '{"errcode":130101,"errmsg":"send too fast"}' },
    'send too fast',
  ],
  [
    'an address that is not allowed',
    'feishu',
    { body: '{"code":19022,"msg":"Ip Not Allowed"}' },
    'Ip Not Allowed',
  ],
  ['a page that asks to log in', 'feishu', { body: '<html>Log in</html>' }, 'with a page'],
  ['a service that is down', 'json', { status: 503 }, 'HTTP 503'],
])('%s is a problem with its own reason', async (_, format, answer, reason) => {
  const { check } = await trialTo(() => answer, { format });
  expect(check).toMatchObject({ status: 'problem', detail: expect.stringContaining(reason) });
  expect(process.exitCode).toBe(1);
});

test.each([
  ['none is set', {}, 'there is none'],
  ['it is no address', { SMC_WEBHOOK_URL: 'robot' }, 'must be an http or https URL'],
  ['its kind is not known', { SMC_WEBHOOK_URL: 'http://x/', SMC_WEBHOOK_FORMAT: 'teams' }, "'teams'"],
  ['nobody listens', { SMC_WEBHOOK_URL: 'http://127.0.0.1:9/not-a-secret' }, 'connection refused'],
])('a trial where %s is a problem', async (_, settings, reason) => {
  Object.assign(process.env, settings);
  expect(await trial()).toMatchObject({ status: 'problem', detail: expect.stringContaining(reason) });
});

test('without the option nothing is sent', async () => {
  const service = await aService(() => ({}));
  process.env.SMC_WEBHOOK_URL = service.url;
  try {
    await captured(() => doctorCommand().exitOverride().parseAsync([], { from: 'user' }));
    expect(service.received).toEqual([]);
  } finally {
    await service.close();
  }
});
