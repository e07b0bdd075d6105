import {
  connectClient,
  ensureSearchAttributes,
  type LogSettings,
  type TemporalSettings,
  taskQueue,
  type WorkerSettings,
} from '../../temporal';
import { createWorker } from '../../temporal/worker';
import { type WatchedWorker, watchWorker } from './watch-worker';

export interface RunSettings {
  temporal: TemporalSettings;
  smc: WorkerSettings;
  /** Of the log, where the environment does not say it. */
  logLevel: LogSettings['level'];
}

/** Runs a worker until the signal aborts; says at its start what it is connected to and what is wrong with it. */
export async function runWorker(
  { temporal, smc, logLevel }: RunSettings,
  signal: AbortSignal,
  sayAside: (line: string) => void,
): Promise<void> {
  const watched = await watchWorker(sayAside, logLevel);
  await runWatched(temporal, smc, signal, watched).finally(watched.close);
}

async function runWatched(
  temporal: TemporalSettings,
  smc: WorkerSettings,
  signal: AbortSignal,
  { watch, say }: WatchedWorker,
): Promise<void> {
  const client = await connectClient(temporal, { refusedMs: 5_000 });
  await ensureSearchAttributes(client, temporal.namespace).finally(() => client.connection.close());
  const worker = await createWorker(temporal, smc, say, watch);
  say(
    `Worker: Temporal ${temporal.address} (${temporal.namespace}, task queue ${taskQueue()}${versionOf(smc)}), SMC ${smc.endpoint}`,
  );
  signal.addEventListener('abort', () => worker.shutdown(), { once: true });
  if (signal.aborted) worker.shutdown();
  await worker.run();
}

const versionOf = ({ deployment }: WorkerSettings) =>
  deployment ? `, version ${deployment.buildId} of deployment ${deployment.deploymentName}` : '';
