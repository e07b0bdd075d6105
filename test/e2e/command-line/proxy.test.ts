import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { untilSaid } from '../../../bench/stage';
import { aHouse, type House } from '../house/a-house';
import { runCli } from '../house/run-cli';

let house: House;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  house = await aHouse({ servers: 1 });
  for (const name of Object.keys(house.env).filter((one) => /_proxy$/i.test(one))) delete house.env[name];
});
afterEach(async () => {
  await house.close();
  for (const end of ends.splice(0)) await end();
});

/** An HTTP proxy that leads to the tests' Temporal, whatever name is asked for, or answers 403. */
async function aProxy({ isOpen = true } = {}) {
  const asked: { url?: string; authorization?: string }[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer().listen(0, '127.0.0.1');
  proxy.on('connect', (request, client: Socket) => {
    asked.push({ url: request.url, authorization: request.headers['proxy-authorization'] });
    if (!isOpen) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const [host, port] = process.env.TEST_TEMPORAL_ADDRESS!.split(':');
    const server = connect(Number(port), host);
    for (const socket of [client, server]) socket.on('error', () => {});
    sockets.add(client).add(server);
    server.once('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(server).pipe(client);
    });
  });
  await once(proxy, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return { url: `http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

const nowhere = 'http://127.0.0.1:9';

test('a Temporal on this machine is reached, by commands and workers, whatever proxies are set', async () => {
  const more = { https_proxy: nowhere, http_proxy: nowhere, HTTPS_PROXY: nowhere, grpc_proxy: nowhere };
  // The simulator is on loopback, too, and the SMC API's way has its own rules.
  const env = { ...house.env, ...more, no_proxy: '127.0.0.1' };
  const worker = house.spawn('src/cli.js', { args: ['worker'], env });
  await untilSaid(worker, 'Worker: Temporal');
  const { no_proxy: _, ...commandEnv } = env;
  expect(await runCli(['list', '-o', 'json'], { env: commandEnv })).toMatchObject({ code: 0, stderr: '' });
});

test('commands and workers reach a Temporal elsewhere through the proxy of https_proxy', async () => {
  const proxy = await aProxy();
  const more = { https_proxy: proxy.url, TEMPORAL_ADDRESS: 'temporal.test:7233' };
  const env = { ...house.env, ...more };
  const worker = house.spawn('src/cli.js', { args: ['worker'], env: more });
  await untilSaid(worker, 'Worker: Temporal temporal.test:7233');
  expect(await runCli(['list', '-o', 'json'], { env })).toMatchObject({ code: 0, stderr: '' });
  expect(proxy.asked.length).toBeGreaterThan(2);
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  for (const one of proxy.asked) expect(one).toEqual({ url: 'temporal.test:7233', authorization });
});

test('a Temporal that a proxy does not lead to: the message names the proxy, why, and where the address is from', async () => {
  const proxy = await aProxy({ isOpen: false });
  const env = { ...house.env, HTTPS_PROXY: proxy.url, TEMPORAL_ADDRESS: 'temporal.test:7233' };
  const { code, stderr } = await runCli(['list'], { env });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      `No Temporal server answers at temporal.test:7233 through the proxy ${new URL(proxy.url).host} (HTTPS_PROXY: status 403). ` +
      'If the proxy does not lead there, add temporal.test to NO_PROXY. ' +
      'Check that it runs, then that the address is right: it comes from TEMPORAL_ADDRESS.\n',
  });
  const direct = await runCli(['list'], { env: { ...env, NO_PROXY: 'localhost, .test' } });
  expect(direct.code).toBe(1);
  expect(direct.stderr).toMatch(/^No Temporal server answers at temporal.test:7233\. Check that it runs/);
  expect(proxy.asked.length).toBeLessThanOrEqual(20);
});
