import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../../activities';
import { notify } from '../../../activities/webhook/notify';
import type { WebhookFormat } from '../../../src/webhook';
import { aProxy, tunnelTo } from '../../http/a-proxy';

const event = {
  batch: 'dc1',
  at: Date.parse('2030-01-01T00:00:00Z'),
  kind: 'gate' as const,
  what: "wave 'web' waits for approval",
};

/** A webhook that answers with this status and body; gives what it was sent. */
async function aWebhook(status = 200, answer = 'ok', headers: Record<string, string> = {}) {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    bodies.push(JSON.parse(text));
    response.writeHead(status, headers).end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?access_token=not-a-secret`;
  return {
    url,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

const send = (webhook: ActivityContext['webhook']) =>
  new MockActivityEnvironment().run(notify({ webhook } as ActivityContext), event);

test.each([
  [500, false],
  [429, false],
  [404, true],
])(
  'a webhook that answers %d is asked again unless that is final, and its URL is in no error',
  async (status, isFinal) => {
    const hook = await aWebhook(status);
    const failure = await send({ url: hook.url, format: 'json' }).catch(
      (error: Error & { nonRetryable?: boolean }) => error,
    );
    expect(failure).toMatchObject({ message: `the webhook answered HTTP ${status}`, nonRetryable: isFinal });
    await hook.close();
    const gone = await send({ url: hook.url, format: 'json' }).catch((error: Error) => error);
    expect(String((gone as Error).message)).toBe('the webhook could not be reached: connection refused');
  },
);

test('without a webhook nothing is sent', async () => {
  await expect(send(undefined)).resolves.toBeUndefined();
});

const refusalOf = async (format: WebhookFormat, ...answer: Parameters<typeof aWebhook>) => {
  const hook = await aWebhook(...answer);
  const refusal = await send({ url: hook.url, format }).then(
    () => undefined,
    (error: Error & { nonRetryable?: boolean; nextRetryDelay?: number }) => ({
      message: error.message,
      isFinal: error.nonRetryable,
      later: error.nextRetryDelay,
    }),
  );
  await hook.close();
  return refusal;
};

test.each<[Parameters<typeof refusalOf>, Awaited<ReturnType<typeof refusalOf>>]>([
  [['dingtalk', 200, '{"errcode":0,"errmsg":"ok"}'], undefined],
  [
    ['dingtalk', 200, '{"errcode":310000,"errmsg":"keywords not in content\\u001b[2J\\n"}'],
    {
      message: 'the webhook refused the message: errcode 310000: keywords not in content [2J',
      isFinal: true,
      later: undefined,
    },
  ],
  [
    ['dingtalk', 200, '{"errcode":"130101","errmsg":"send too fast"}'],
    {
      message: 'the webhook refused the message: errcode 130101: send too fast',
      isFinal: false,
      later: 60_000,
    },
  ],
  [
    ['dingtalk', 200, '{"errcode":300001,"errmsg":"no robot not-a-secret"}'],
    {
      message: 'the webhook refused the message: errcode 300001: no robot ***',
      isFinal: true,
      later: undefined,
    },
  ],
  [
    ['feishu', 200, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'],
    undefined,
  ],
  [['feishu', 200, '{"StatusCode":0,"StatusMessage":"success"}'], undefined],
  [
    ['feishu', 200, '{"code":19024,"msg":"Key Words Not Found"}'],
    {
      message: 'the webhook refused the message: code 19024: Key Words Not Found',
      isFinal: true,
      later: undefined,
    },
  ],
  [
    ['feishu', 200, '{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]"}'],
    {
      message:
        'the webhook refused the message: code 11232: frequency limited psm[lark.oapi.app_platform_runtime]',
      isFinal: false,
      later: 60_000,
    },
  ],
  [
    ['slack', 404, 'no_service'],
    { message: 'the webhook answered HTTP 404: no_service', isFinal: true, later: undefined },
  ],
  [['slack', 200, 'ok'], undefined],
  [['slack', 200, '{"ok":true}'], undefined],
  [
    ['slack', 200, '{"ok":false,"error":"channel_not_found"}'],
    { message: 'the webhook refused the message: channel_not_found', isFinal: true, later: undefined },
  ],
  [
    ['slack', 200, '{"ok":false,"error":"ratelimited"}'],
    { message: 'the webhook refused the message: ratelimited', isFinal: false, later: 30_000 },
  ],
  [
    ['slack', 200, '<html>Please log in</html>'],
    { message: 'the webhook answered HTTP 200 with a page', isFinal: false, later: undefined },
  ],
  [['json', 200, '<html>thank you</html>'], undefined],
  [
    ['json', 429, 'slow', { 'retry-after': '7' }],
    { message: 'the webhook answered HTTP 429', isFinal: false, later: 7_000 },
  ],
])('an answer is judged by its body: %j', async (given, expected) => {
  expect(await refusalOf(...given)).toEqual(expected);
});

test('an answer without end is read to a bound, and the webhook is asked again', async () => {
  const refusal = await refusalOf('slack', 200, 'x'.repeat(1_100_000));
  expect(refusal?.message).toMatch(/^the webhook could not be reached: the answer is longer than 1024 KiB$/);
  expect(refusal?.isFinal).toBe(false);
});

test('a webhook behind a proxy is reached through it', async () => {
  const hook = await aWebhook();
  const proxy = await aProxy({ heard: tunnelTo(hook.url) });
  process.env.http_proxy = proxy.url;
  try {
    await send({ url: 'http://oapi.example.test/robot/send?access_token=not-a-secret', format: 'json' });
    expect(hook.bodies).toHaveLength(1);
    await proxy.close();
    const failure = await send({ url: hook.url, format: 'json' }).catch((error: Error) => error);
    expect((failure as Error).message).toBe(
      `the webhook could not be reached: proxy ${proxy.url}: connection refused`,
    );
  } finally {
    delete process.env.http_proxy;
    await hook.close();
  }
});
