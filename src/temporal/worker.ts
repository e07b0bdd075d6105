import { join } from 'node:path';
import { DefaultLogger, type LogEntry, Runtime, Worker } from '@temporalio/worker';
import { createActivities, createReplicationJobPoller } from '../../activities';
import { createSmcClient, createTransport, defaultCredentials, SmcError, type Transport } from '../smc';
import { type CallRate, createCallRate } from './call-rate';
import { connectWorker } from './connect';
import { packageRoot } from './package-root';
import { dataConverter } from './payload-codec';
import { type TemporalSettings, taskQueue, type WorkerSettings } from './settings';
import { taskQueueLimit } from './task-queue-limit';

export interface SmcBatchWorker {
  /** Polls until `shutdown` is called or the worker fails. */
  run(): Promise<void>;
  /** Lets short activities finish; waiting ones go on in another worker. */
  shutdown(): void;
}

/** A worker for workflows and activities, connected and ready to run. */
export async function createWorker(temporal: TemporalSettings, smc: WorkerSettings): Promise<SmcBatchWorker> {
  const connection = await connectWorker(temporal);
  const callRate = createCallRate({
    store: taskQueueLimit(connection, temporal.namespace, taskQueue()),
    ceiling: smc.callsPerSecond,
    say: (line) => Runtime.instance().logger.warn(line),
  });
  const transport = createTransport({ endpoint: smc.endpoint, credentials: defaultCredentials() });
  const client = createSmcClient(watched(transport, callRate));
  const poller = createReplicationJobPoller(client, smc.pollIntervalSeconds);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: taskQueue(),
    workflowBundle: { codePath: join(packageRoot(), 'dist', 'workflow-bundle.js') },
    activities: createActivities({
      smc: client,
      poller,
      pollIntervalSeconds: smc.pollIntervalSeconds,
      webhook: smc.webhook,
    }),
    dataConverter,
    // Most of them wait: one a running job.
    maxConcurrentActivityTaskExecutions: 2_000,
    shutdownGraceTime: '2s',
    maxTaskQueueActivitiesPerSecond: smc.callsPerSecond,
  });
  return {
    async run() {
      try {
        await callRate.start();
        await worker.run();
      } finally {
        callRate.close();
        poller.close();
        await client.close();
        await connection.close();
      }
    },
    shutdown: () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** The transport whose calls and throttlings the rate is told of. */
function watched(transport: Transport, rate: CallRate): Transport {
  return {
    ...transport,
    async call(...call) {
      rate.called();
      try {
        return await transport.call(...call);
      } catch (error) {
        if (error instanceof SmcError && error.class === 'throttled') rate.throttled();
        throw error;
      }
    },
  };
}

/** Sends the SDK's log to stderr, a line each; to be called before the first worker. Default level: WARN. */
export function installWorkerLog(level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' = 'WARN'): void {
  Runtime.install({ logger: new DefaultLogger(level, logLine), shutdownSignals: [] });
}

function logLine({ level, timestampNanos, message, meta }: LogEntry): void {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const { error, ...fields } = (meta ?? {}) as { error?: Error; [field: string]: unknown };
  const facts = Object.entries(fields)
    .filter(
      ([name, value]) =>
        ['workflowId', 'activityType', 'attempt', 'jobId', 'batch', 'error'].includes(name) &&
        value !== undefined,
    )
    .map(([name, value]) => ` ${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`);
  process.stderr.write(
    `${time} ${level} ${message}${facts.join('')}${error ? `: ${error.message ?? error}` : ''}\n`,
  );
}
