import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startDevServer } from '../../../src/temporal';

/**
 * One Temporal server and one process for workers for all tests; each test has its own task queue, account and batch
 * names.
 */
export default async function startTemporal(): Promise<void> {
  const server = await startDevServer({ say: (line) => process.stderr.write(`${line}\n`) });
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
  const host = fork(join(__dirname, 'worker-host.cjs'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [port] = await once(host, 'message');
  process.env.TEST_WORKER_HOST = `http://127.0.0.1:${port}/`;
  Object.assign(globalThis, { temporalServer: server, workerHost: host });
}
