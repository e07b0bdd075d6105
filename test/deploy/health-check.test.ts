import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './deploy-files';

const check = (address: string) =>
  promisify(execFile)(process.execPath, [join(root, 'deploy/image/connected-to-temporal.mjs')], {
    env: { TEMPORAL_ADDRESS: address },
  });

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
