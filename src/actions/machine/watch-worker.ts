import { logLine } from '../../log';
import {
  type Collector,
  createCollector,
  createMeter,
  metricsText,
  newHealth,
  servePages,
} from '../../metrics';
import { packageVersion } from '../../package-root';
import {
  freePort,
  type LogSettings,
  logSettings,
  type MetricsAddress,
  metricsAddress,
  taskQueue,
} from '../../temporal';
import { closeRuntime, installRuntime, type WorkerWatch } from '../../temporal/worker';
import { CommandFailure } from '../../terminal/failure';
import { startTracing } from '../../tracing';

/** A worker's log, its pages and its traces, as the environment asks for them. */
export interface WatchedWorker {
  watch: WorkerWatch;
  /** Tells something of the worker itself, whatever the level of the log. */
  say: (line: string) => void;
  close(): Promise<void>;
}

/** Sets them up for this process, before its worker. `level` counts where `SMC_LOG_LEVEL` is not set. */
export async function watchWorker(
  sayAside: (line: string) => void,
  level: LogSettings['level'],
): Promise<WatchedWorker> {
  const log = logSettings(level);
  const address = metricsAddress();
  const sdkPort = address && (await freePort());
  const say = log.format === 'json' ? sayJson : sayAside;
  const tracing = await startTracing(process.env, say);
  const meter = createMeter({ version: packageVersion(), taskQueue: taskQueue() });
  const health = newHealth();
  let collector: Collector | undefined;
  const sdkUrl = sdkPort ? `http://127.0.0.1:${sdkPort}/metrics` : undefined;
  const { registry } = meter;
  const pages =
    address && (await served(address, health, () => metricsText({ registry, collector, sdkUrl })));
  if (pages) say(`Metrics and health: ${pages.url}/metrics, /healthz, /readyz`);
  // Last, as it keeps the process alive until it is closed.
  installRuntime({ log, sdkMetrics: sdkPort ? `127.0.0.1:${sdkPort}` : undefined });
  return {
    say,
    watch: {
      meter,
      health,
      tracing,
      connected(reader) {
        if (pages) collector = createCollector({ registry, reader });
      },
    },
    async close() {
      await pages?.close();
      await tracing?.stop();
      await closeRuntime();
    },
  };
}

async function served(
  address: MetricsAddress,
  health: WorkerWatch['health'],
  metrics: () => Promise<string>,
) {
  try {
    return await servePages({ ...address, health, metrics });
  } catch (error) {
    const { host, port } = address;
    throw new CommandFailure(
      `SMC_METRICS_ADDRESS ${host}:${port} cannot be listened on: ${(error as Error).message}`,
    );
  }
}

const sayJson = (line: string) =>
  void process.stderr.write(
    `${logLine({ at: Date.now(), level: 'INFO', message: line, fields: {} }, 'json')}\n`,
  );
