import { join } from 'node:path';
import {
  type ActivityInboundCallsInterceptor,
  DefaultLogger,
  type LogEntry,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { createActivities, createReplicationJobPoller, tellWorkingAccount } from '../../../activities';
import { packageRoot } from '../../package-root';
import { createSmcClient, createTransport, defaultCredentials } from '../../smc';
import { printable } from '../../text';
import { dataConverter } from '../payload-codec';
import { temporalQueueLimit } from '../queue-limit';
import { type TemporalSettings, taskQueue, type WorkerSettings } from '../settings';
import { createCallRate, tellThrottling } from './call-rate';
import { connectWorker } from './connect-worker';
import { untilAccountWorks } from './prove-account';

export interface SmcBatchWorker {
  /** Waits until a call to the account has succeeded, then polls until `shutdown` is called or the worker fails. */
  run(): Promise<void>;
  /** Ends the worker after its short activities; an activity that waits goes on in another worker. */
  shutdown(): void;
}

/** A connected worker for workflows and activities; `say` is called with the reason why it takes no work. */
export async function createWorker(
  temporal: TemporalSettings,
  smc: WorkerSettings,
  say: (line: string) => void,
): Promise<SmcBatchWorker> {
  const connection = await connectWorker(temporal);
  const callRate = createCallRate({
    limit: temporalQueueLimit(connection, temporal.namespace),
    ceiling: smc.callsPerSecond,
    // Longer than a poll interval: a time without any call does not show that SMC no longer throttles.
    quietMs: 1000 * Math.min(60, Math.max(6, smc.pollIntervalSeconds)),
    say: (line) => Runtime.instance().logger.warn(line),
  });
  const transport = createTransport({
    endpoint: smc.endpoint,
    signature: smc.signature,
    credentials: defaultCredentials(),
  });
  const client = createSmcClient(tellWorkingAccount(tellThrottling(transport, callRate.throttled)));
  const poller = createReplicationJobPoller(client, smc.pollIntervalSeconds);
  const stop = new AbortController();

  async function takeWork(): Promise<void> {
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
      interceptors: { activity: [() => ({ inbound: countingStarts(callRate.activityStarted) })] },
      // Most activities only wait, one for each running job.
      maxConcurrentActivityTaskExecutions: 2_000,
      shutdownGraceTime: '2s',
      maxTaskQueueActivitiesPerSecond: smc.callsPerSecond,
      // An eager activity does not go through the task queue, so the queue's limit does not count for it.
      maxEagerActivityReservationsPerWorkflowTask: 0,
    });
    const running = worker.run();
    const shutdown = () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    stop.signal.addEventListener('abort', shutdown, { once: true });
    if (stop.signal.aborted) shutdown();
    await running;
  }

  return {
    async run() {
      try {
        if (!(await untilAccountWorks(client, stop.signal, say))) return;
        callRate.start();
        await takeWork();
      } finally {
        await callRate.close();
        poller.close();
        await client.close();
        await connection.close();
      }
    },
    shutdown: () => stop.abort(),
  };
}

function countingStarts(started: () => void): ActivityInboundCallsInterceptor {
  return {
    execute(input, next) {
      started();
      return next(input);
    },
  };
}

/** Writes the SDK's log to stderr, a line for each entry; called before the first worker. Default level: WARN. */
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
  // One entry is one line, also with line breaks in names of servers.
  const line = `${time} ${level} ${message}${facts.join('')}${error ? `: ${error.message ?? error}` : ''}`;
  process.stderr.write(`${printable(line)}\n`);
}
