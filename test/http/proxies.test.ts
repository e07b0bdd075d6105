import { setTimeout as sleep } from 'node:timers/promises';
import { aServer, json } from '../smc/a-server';
import { against, aTransport, endAfterwards, endAll, failure } from '../smc/a-transport';
import { aProxy, type ProxyManner, refuseWith, tunnelTo } from './a-proxy';

const variables = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
const before = { ...process.env };
beforeEach(() => {
  for (const name of variables) delete process.env[name];
});
afterEach(endAll);
afterAll(() => {
  process.env = before;
});

async function behind(manner: ProxyManner, credentials = '') {
  const proxy = await aProxy(manner);
  endAfterwards(proxy.close);
  process.env.https_proxy = `http://${credentials}${proxy.host}`;
  return proxy;
}

/** Long enough for thousands of connections of a loop that nothing holds back. */
const aWhile = () => sleep(300);

describe.each(['https://smc.example.test', 'http://smc.example.test'])('a call to %s', (endpoint) => {
  it.each<[string, ProxyManner, RegExp]>([
    ['closes connections', { atOnce: (socket) => socket.destroy() }, /connection (closed|reset)/],
    ['closes them politely', { atOnce: (socket) => socket.end() }, /connection closed/],
    ['resets them', { atOnce: (socket) => socket.resetAndDestroy() }, /connection (closed|reset)/],
    ['closes CONNECT', { heard: (socket) => socket.end() }, /connection closed before the answer/],
    ['breaks CONNECT off', { heard: (socket) => socket.destroy() }, /connection closed before the answer/],
    ['resets CONNECT', { heard: (socket) => socket.resetAndDestroy() }, /connection (reset|closed)/],
    ['wants a password', { heard: refuseWith(407) }, /answered with HTTP 407 \(it wants another user name/],
    ['forbids it', { heard: refuseWith(403) }, /CONNECT was answered with HTTP 403/],
    ['has no way', { heard: refuseWith(502) }, /CONNECT was answered with HTTP 502/],
    ['says something else than HTTP', { heard: (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n') }, /./],
    [
      'opens a tunnel and closes it',
      { heard: (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n') },
      /connection (closed|reset)|socket disconnected/,
    ],
    [
      'opens a tunnel and breaks it off',
      { heard: (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n', () => socket.resetAndDestroy()) },
      /connection (closed|reset)|socket disconnected/,
    ],
  ])('behind a proxy that %s fails once, at once, and names the proxy', async (_, manner, reason) => {
    const proxy = await behind(manner, 'ann:not-a-secret@');
    process.env.http_proxy = process.env.https_proxy;
    const error = await failure(aTransport({ endpoint, timeoutMs: 3_000 }).call('A', {}));
    expect(error).toMatchObject({ code: 'NetworkError', class: 'transient' });
    expect(error.message).toContain(`${endpoint}: `);
    expect(error.message).toContain(`proxy ${proxy.url}`);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toMatch(/not-a-secret|within/);
    await aWhile();
    expect(proxy.connections()).toBe(1);
  });

  it.each<[string, ProxyManner]>([
    ['says nothing', {}],
    ['opens a tunnel and says nothing', { heard: (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n') }],
    ['drips', { heard: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX: ') }],
  ])('behind a proxy that %s ends in time', async (_, manner) => {
    const proxy = await behind(manner);
    process.env.http_proxy = process.env.https_proxy;
    const transport = aTransport({ endpoint, timeoutMs: 200 });
    const error = await failure(transport.call('A', {}));
    expect(error.message).toMatch(/within 200 ms|no connection in time/);
    expect(error.message).toContain(`proxy ${proxy.url}`);
    await transport.close();
    await aWhile();
    expect(proxy.connections()).toBe(1);
  });
});

function drip(
  socket: { write(text: string): unknown; on(event: 'close', end: () => void): unknown },
  text: string,
) {
  socket.write(text);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
}

it('many calls behind a proxy that closes CONNECT are one connection each at most', async () => {
  const proxy = await behind({ heard: (socket) => socket.end() });
  const transport = aTransport({ endpoint: 'https://smc.example.test', connections: 4 });
  const errors = await Promise.all(Array.from({ length: 40 }, () => failure(transport.call('A', {}))));
  expect(errors.map(({ code }) => code)).toEqual(Array(40).fill('NetworkError'));
  expect(proxy.connections()).toBeLessThanOrEqual(40);
});

it('a missing proxy is named, its password hidden', async () => {
  const proxy = await behind({});
  await proxy.close();
  process.env.https_proxy = `http://ann:not-a-secret@${proxy.host}`;
  const error = await failure(aTransport({ endpoint: 'https://smc.example.test' }).call('A', {}));
  expect(error.message).toBe(
    `NetworkError: https://smc.example.test: proxy ${proxy.url}: connection refused (A)`,
  );
});

it('calls go through a proxy that works, with its user and password, and tunnels are used again', async () => {
  const server = await aServer(json({ RequestId: 'R' }));
  endAfterwards(server.close);
  const proxy = await aProxy({ heard: tunnelTo(server.endpoint) });
  endAfterwards(proxy.close);
  process.env.HTTP_PROXY = `http://ann:p%40ss@${proxy.host}`;
  const transport = aTransport({ endpoint: 'http://smc.example.test' });
  for (let i = 0; i < 5; i++) expect(await transport.call('A', {})).toEqual({ RequestId: 'R' });
  expect(proxy.connections()).toBeLessThanOrEqual(2);
  expect(proxy.requests[0]).toMatch(/^CONNECT smc\.example\.test:80 /);
  const basic = Buffer.from('ann:p@ss').toString('base64');
  expect(proxy.requests[0]).toContain(`proxy-authorization: Basic ${basic}`);
});

it('a proxy that is closed on one call serves the next', async () => {
  const server = await aServer(json({ RequestId: 'R' }));
  endAfterwards(server.close);
  let calls = 0;
  const tunnel = tunnelTo(server.endpoint);
  await behind({ heard: (socket, head) => (++calls === 1 ? socket.destroy() : tunnel(socket, head)) });
  process.env.http_proxy = process.env.https_proxy;
  const transport = aTransport({ endpoint: 'http://smc.example.test' });
  await failure(transport.call('A', {}));
  expect(await transport.call('A', {})).toEqual({ RequestId: 'R' });
});

it('a wrong proxy address is named by its variable alone', async () => {
  process.env.HTTPS_PROXY = 'http://ann:not-a-secret@:x';
  const error = await failure(aTransport({ endpoint: 'https://smc.example.test' }).call('A', {}));
  expect(error.message).toMatch(/the value of HTTPS_PROXY is not the address of a proxy/);
  expect(error.message).not.toContain('not-a-secret');
});

it('a host of NO_PROXY is called directly', async () => {
  process.env.http_proxy = 'http://127.0.0.1:9';
  process.env.NO_PROXY = '127.0.0.0/8';
  const { transport } = await against(json({ RequestId: 'R' }));
  expect(await transport.call('A', {})).toEqual({ RequestId: 'R' });
});
