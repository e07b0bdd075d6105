import {
  connectClient,
  ensureSearchAttributes,
  type TemporalSettings,
  taskQueue,
  type WorkerSettings,
} from '../../temporal';
import { createWorker } from '../../temporal/worker';

/** Runs a worker until the signal aborts; says at its start what it is connected to and what is wrong with it. */
export async function runWorker(
  temporal: TemporalSettings,
  smc: WorkerSettings,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const client = await connectClient(temporal, { refusedMs: 5_000 });
  await ensureSearchAttributes(client, temporal.namespace).finally(() => client.connection.close());
  const worker = await createWorker(temporal, smc, say);
  say(
    `Worker: Temporal ${temporal.address} (${temporal.namespace}, task queue ${taskQueue()}), SMC ${smc.endpoint}`,
  );
  signal.addEventListener('abort', () => worker.shutdown(), { once: true });
  if (signal.aborted) worker.shutdown();
  await worker.run();
}
