import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../activities';
import { message, notify } from '../../activities/notify';

const event = {
  batch: 'dc1',
  at: Date.parse('2030-01-01T00:00:00Z'),
  kind: 'gate' as const,
  what: "wave 'web' waits for approval",
};

/** A webhook that answers with these statuses, one after the other; gives what it was sent. */
async function aWebhook(...statuses: number[]) {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    bodies.push(JSON.parse(text));
    response.writeHead(statuses[bodies.length - 1] ?? 200).end('ok');
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
  [
    'json',
    { batch: 'dc1', kind: 'gate', what: "wave 'web' waits for approval", at: '2030-01-01T00:00:00.000Z' },
  ],
  ['dingtalk', { msgtype: 'text', text: { content: "smc-batch 'dc1': wave 'web' waits for approval" } }],
  ['slack', { text: "smc-batch 'dc1': wave 'web' waits for approval" }],
] as const)('a webhook in the words of %s', async (format, body) => {
  const hook = await aWebhook();
  await send({ url: hook.url, format });
  expect(hook.bodies).toEqual([body]);
  expect(message(event, format)).toEqual(body);
  await hook.close();
});

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
    expect(String((gone as Error).message)).toMatch(/^the webhook could not be reached: ECONN/);
  },
);

test('without a webhook nothing is sent', async () => {
  await expect(send(undefined)).resolves.toBeUndefined();
});
