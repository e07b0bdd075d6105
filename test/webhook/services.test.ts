import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { userAgent } from '../../src/http';
import { createWebhookSender, type Webhook, webhookSettings } from '../../src/webhook';
import { webhookMessage } from '../../src/webhook/message';
import type { BatchEvent } from '../../workflows/contract/batch-event';
import { aService, type Received } from './a-service';
import { services } from './services';

// The examples of docs/notifications.md are what is tested: their settings, and the bodies that they show.

const page = readFileSync(join(__dirname, '../../docs/notifications.md'), 'utf8');
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`))!;
const blocks = (title: string, language: string) =>
  [...section(title).matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);

/** The settings that a section shows, as the worker reads them. */
function settingsOf(title: string): Webhook {
  const lines = blocks(title, 'sh')[0]!.trim().split('\n');
  const env = Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^export (\w+)='?(.*?)'?$/.exec(line)!;
      return [name, value];
    }),
  );
  return webhookSettings(env) as Webhook;
}

const at = Date.parse('2030-01-31T22:00:00Z');
const event: BatchEvent = {
  batch: 'dc1-exit',
  at,
  kind: 'gate',
  what: "wave 'web' waits for approval: smc-batch approve dc1-exit web",
};
const ends: BatchEvent = {
  batch: 'dc1-exit',
  at,
  kind: 'server',
  servers: [
    { server: 'web-01', outcome: 'migrated', imageId: 'm-bp1abc' },
    { server: 'web-02', outcome: 'failed', error: 'SourceServer.Offline' },
  ],
  what: '2 servers have ended: web-01 migrated as m-bp1abc, web-02 failed (SourceServer.Offline)',
};

describe.each(Object.keys(services))('a message to %s', (title) => {
  const settings = settingsOf(title);

  test('is accepted by the service, with the settings that the page shows', async () => {
    const service = await aService((received) => services[title]!(received, settings.secret));
    const { search } = new URL(settings.url);
    const sender = createWebhookSender({ ...settings, url: `${service.url}${search.replace('?', '&')}` });
    try {
      expect(await sender.send(event)).toBeUndefined();
      const [{ headers }] = service.received as [Received];
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': userAgent() });
    } finally {
      await sender.close();
      await service.close();
    }
  });

  test('is what the page shows', () => {
    const shown = blocks(title, 'json').map((text) => JSON.parse(text));
    const sent = [event, ends]
      .slice(0, shown.length)
      .map((one) => JSON.parse(webhookMessage(one, settings, at).body));
    expect(sent).toEqual(shown);
  });

  if (settings.secret)
    test('with a wrong secret is refused for good, and no secret is in the refusal', async () => {
      const service = await aService((received) => services[title]!(received, settings.secret));
      const sender = createWebhookSender({ ...settings, url: service.url, secret: 'another-secret' });
      try {
        const refusal = await sender.send(event);
        expect(refusal).toMatchObject({
          isFinal: true,
          message: expect.stringMatching(/310000|19021|HTTP 401/),
        });
        expect(JSON.stringify(refusal)).not.toMatch(/another-secret|not-a-secret/);
      } finally {
        await sender.close();
        await service.close();
      }
    });
});

test('the receiver that the page shows accepts what is genuine, and refuses what is changed or not signed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'smc-batch-test-'));
  const file = join(folder, 'receiver.mjs');
  await writeFile(file, blocks('A service of your own', 'js')[0]!);
  const secret = 'a-long-random-text';
  const receiver = spawn(process.execPath, [file], {
    env: { ...process.env, PORT: '0', SMC_WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = createInterface(receiver.stdout)[Symbol.asyncIterator]();
  try {
    const port = /listening on (\d+)/.exec((await printed.next()).value)![1];
    const webhook = { url: `http://127.0.0.1:${port}/`, format: 'json' as const };
    const sent = async (given?: string) => {
      const sender = createWebhookSender({ ...webhook, secret: given });
      const refusal = await sender.send(event);
      await sender.close();
      return refusal?.message;
    };
    expect(await sent(secret)).toBeUndefined();
    expect((await printed.next()).value).toBe(event.what);
    expect(await sent('another-secret')).toBe('the webhook answered HTTP 401');
    expect(await sent()).toBe('the webhook answered HTTP 401');
    // Kept by somebody, and sent again later.
    const old = webhookMessage(event, { ...webhook, secret }, Date.now() - 600_000);
    const { status } = await fetch(old.url, { method: 'POST', body: old.body, headers: old.headers });
    expect(status).toBe(401);
  } finally {
    receiver.kill();
    await once(receiver, 'exit');
    await rm(folder, { recursive: true });
  }
});

test('a message that is sent again has the id that it had, another message another one', () => {
  const idOf = (one: BatchEvent, now: number) =>
    webhookMessage(one, { url: 'http://x/', format: 'json' }, now).headers['webhook-id'];
  expect(idOf(event, at)).toBe(idOf(event, at + 60_000));
  expect(idOf(event, at)).not.toBe(idOf(ends, at));
});

test('a secret of Standard Webhooks is base64 after its prefix', () => {
  const webhook = { url: 'http://x/', format: 'json' as const };
  const key = Buffer.from('a key');
  const sign = (secret: string) =>
    webhookMessage(event, { ...webhook, secret }, at).headers['webhook-signature'];
  expect(sign(`whsec_${key.toString('base64')}`)).toBe(sign('a key'));
});

test.each([
  ['slack', '<!channel> & <b>', 'text', '&lt;!channel&gt; &amp; &lt;b&gt;'],
  ['feishu', '<at user_id="all">x</at>', 'content', '＜at user_id="all">x＜/at>'],
] as const)('a name in a message calls nobody in %s', (format, name, field, said) => {
  const body = JSON.parse(webhookMessage({ ...event, what: name }, { url: 'http://x/', format }, at).body);
  expect(JSON.stringify(body[field])).toContain(JSON.stringify(said).slice(1, -1));
});
