import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { Runtime, Worker, type WorkerDeploymentOptions, type WorkerOptions } from '@temporalio/worker';
import { createActivities, createReplicationJobPoller, tellWorkingAccount } from '../../../activities';
import type { Measure } from '../../../workflows/contract/figures/measures';
import { type BatchReader, createMeter, type Health, type Meter, newHealth } from '../../metrics';
import { packageRoot } from '../../package-root';
import { createSmcClient, createTransport, defaultCredentials } from '../../smc';
import type { Tracing } from '../../tracing';
import { dataConverter } from '../payload-codec';
import { temporalQueueLimit } from '../queue-limit';
import { type TemporalSettings, taskQueue, type WorkerSettings } from '../settings';
import { watchActivities } from './activity-watch';
import { createCallRate, tellThrottling } from './call-rate';
import { connectWorker } from './connect-worker';
import { jobsLeft } from './left-jobs';
import { untilAccountWorks } from './prove-account';
import { runningBatches } from './running-batches';
import { note } from './runtime';
import { watchCalls } from './watched-calls';

/** Who watches a worker; by default nobody. */
export interface WorkerWatch {
  meter: Meter;
  health: Health;
  /** The worker has reached Temporal: the batches can be asked through its connection. */
  connected?: (batches: BatchReader) => void;
  tracing?: Tracing;
}

export interface SmcBatchWorker {
  /** Waits until a call to the account has succeeded, then polls until `shutdown` is called or the worker fails. */
  run(): Promise<void>;
  /** Ends the worker after its short activities; an activity that waits goes on in another worker. */
  shutdown(): void;
}

/**
 * The SDK breaks off a piece of work of a workflow that takes longer than this, and the process dies of that. On a machine that is busy
 * with other things the usual 5 s are too few to replay a long history. The SDK takes it, but its types do not have it.
 */
const workflowPatience = { isolateExecutionTimeout: '60s' };

/** A connected worker for workflows and activities; `say` is called with the reason why it takes no work. */
export async function createWorker(
  temporal: TemporalSettings,
  smc: WorkerSettings,
  say: (line: string) => void,
  watch: WorkerWatch = unwatched(),
): Promise<SmcBatchWorker> {
  const { meter, health, tracing } = watch;
  const queue = smc.taskQueue ?? taskQueue();
  const connection = await connectWorker(temporal);
  const callRate = createCallRate({
    limit: temporalQueueLimit(connection, temporal.namespace, queue),
    ceiling: smc.callsPerSecond,
    // Longer than a poll interval: a time without any call does not show that SMC no longer throttles.
    quietMs: 1000 * Math.min(60, Math.max(6, smc.pollIntervalSeconds)),
    say: (line) => Runtime.instance().logger.warn(line),
  });
  const transport = createTransport({
    endpoint: smc.endpoint,
    signature: smc.signature,
    credentials: smc.credentials ?? defaultCredentials(),
  });
  const client = createSmcClient(
    tellWorkingAccount(tellThrottling(watchCalls(transport, meter, note), callRate.throttled)),
  );
  const temporalClient = new Client({ connection, namespace: temporal.namespace, dataConverter });
  watch.connected?.({
    ...runningBatches(temporalClient, queue),
    // Not before the account is known to take this worker's calls.
    leftJobs: {
      read: async (running) =>
        health.reason === undefined ? jobsLeft(client, temporalClient, running) : undefined,
      everyMs: leftJobsEveryMs(smc.pollIntervalSeconds),
    },
  });
  const poller = createReplicationJobPoller(client, smc.pollIntervalSeconds);
  const stop = new AbortController();

  async function takeWork(): Promise<void> {
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue: queue,
      workflowBundle: workflowBundle(smc),
      activities: createActivities({
        smc: client,
        poller,
        pollIntervalSeconds: smc.pollIntervalSeconds,
        mustQueueCalls: callRate.isLimited,
        webhook: smc.webhook,
      }),
      dataConverter,
      ...(smc.deployment && { workerDeploymentOptions: versioned(smc.deployment) }),
      interceptors: {
        activity: [
          watchActivities({
            meter,
            tracing,
            started: callRate.activityStarted,
            hasWebhook: Boolean(smc.webhook),
          }),
        ],
      },
      // What workflows measure. A replay measures nothing.
      sinks: {
        meter: {
          measured: { fn: (_, measure: Measure) => meter.measured(measure), callDuringReplay: false },
        },
      },
      // Most activities only wait, one for each running job.
      maxConcurrentActivityTaskExecutions: 2_000,
      // The SDK keeps heartbeats back for so long: what a poll shows anew is seen in the views soon.
      maxHeartbeatThrottleInterval: '10s',
      shutdownGraceTime: '2s',
      ...workflowPatience,
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
    health.ready();
    meter.takesWork(true);
    await running;
  }

  return {
    async run() {
      try {
        health.notReady('no call of its own to the SMC API has succeeded yet');
        const tell = (line: string) => {
          health.notReady(line);
          say(line);
        };
        if (!(await untilAccountWorks(client, stop.signal, tell))) return;
        callRate.start();
        await takeWork();
      } finally {
        health.notReady('it has ended');
        meter.takesWork(false);
        await callRate.close();
        poller.close();
        await client.close();
        await connection.close();
      }
    },
    shutdown: () => stop.abort(),
  };
}

/** A look is a few calls for all jobs that batches have left: ten minutes at the usual interval. */
const leftJobsEveryMs = (pollIntervalSeconds: number) =>
  1000 * Math.min(900, Math.max(5, 20 * pollIntervalSeconds));

const unwatched = (): WorkerWatch => ({
  meter: createMeter({ version: '', taskQueue: taskQueue() }),
  health: newHealth(),
});

/** For a versioned worker the workflows are told that they may say what they do when another version becomes current. */
function workflowBundle({ deployment }: WorkerSettings): WorkerOptions['workflowBundle'] {
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  if (!deployment) return { codePath };
  return { code: `var isVersionedWorker = true;${readFileSync(codePath, 'utf8')}` };
}

/** A workflow that says nothing else stays on the version that has begun it. */
const versioned = (version: WorkerDeploymentVersion): WorkerDeploymentOptions => ({
  version,
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'PINNED',
});
