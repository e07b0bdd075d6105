import { startDevServer } from '../../src/temporal';

/** One Temporal server for all tests; each test has its own task queue, account and batch names. */
export default async function startTemporal(): Promise<void> {
  const server = await startDevServer({ say: (line) => process.stderr.write(`${line}\n`) });
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
  (globalThis as { temporalServer?: unknown }).temporalServer = server;
}
