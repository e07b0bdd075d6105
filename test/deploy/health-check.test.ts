import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newHealth, servePages } from '../../src/metrics';
import { root } from './deploy-files';

const checkWith = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [join(root, 'deploy/image/worker-health.mjs')], { env });
const check = (address: string) => checkWith({ TEMPORAL_ADDRESS: address });

// The image is of Linux: /proc is where its connections are.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a container is healthy while it holds a connection to Temporal', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = connect(port, '127.0.0.1');
  await once(connection, 'connect');
  try {
    await expect(check(`127.0.0.1:${port}`)).resolves.toBeDefined();
  } finally {
    connection.destroy();
    server.close();
  }
});

onLinux('a container without a connection to Temporal is not healthy, and says why', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await expect(check(`127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`none is established to port ${port}`),
    });
  } finally {
    server.close();
  }
});

test('a container whose worker has pages is healthy once it takes work, and says why it does not', async () => {
  const health = newHealth();
  const pages = await servePages({ host: '127.0.0.1', port: 0, health, metrics: async () => '' });
  const env = { SMC_METRICS_ADDRESS: `0.0.0.0:${new URL(pages.url).port}` };
  try {
    health.notReady('the account refuses its calls');
    await expect(checkWith(env)).rejects.toMatchObject({
      code: 1,
      stderr: 'not ready: the account refuses its calls\n',
    });
    health.ready();
    await expect(checkWith(env)).resolves.toBeDefined();
  } finally {
    await pages.close();
  }
  await expect(checkWith(env)).rejects.toMatchObject({ stderr: expect.stringContaining('ECONNREFUSED') });
});
