import { hostname } from 'node:os';
import type { ConnectionLike } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { taskQueue } from './settings';

/** The rate limit of the activity task queue on the Temporal server. */
export interface LimitOnServer {
  /** Activities a second; absent when none is set on the server: then the limit of the workers' own settings counts. */
  perSecond?: number;
  /** A worker has set it, not an operator. */
  isOurs: boolean;
  /** When it was last changed, by the server's clock; absent when never. */
  changed?: string;
  /** The activities per second that all workers have started, over about half a minute. */
  dispatchedPerSecond: number;
}

/** Reads and sets the rate limit for all workers of the activity task queue together. */
export interface QueueLimit {
  read(): Promise<LimitOnServer>;
  /** Sets the limit; undefined removes it. Operators see the reason. Gives the time of the change. */
  set(perSecond: number | undefined, reason: string): Promise<LimitOnServer['changed']>;
}

const timeoutMs = 5_000;
/** The identity of our limits; a limit from `temporal task-queue config set` has another one. */
const ourIdentity = 'smc-batch';

/** Temporal: UpdateTaskQueueConfig. Since Server 1.29 it replaces the workers' maxTaskQueueActivitiesPerSecond. */
export function temporalQueueLimit(
  connection: ConnectionLike,
  namespace: string,
  queue = taskQueue(),
): QueueLimit {
  const taskQueueType = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
  const { workflowService } = connection;
  const within = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + timeoutMs, call);
  return {
    async read() {
      const { config, stats } = await within(() =>
        workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: queue },
          taskQueueType,
          reportConfig: true,
          reportStats: true,
        }),
      );
      const { rateLimit, metadata } = config?.queueRateLimit ?? {};
      return {
        perSecond: rateLimit ? (rateLimit.requestsPerSecond ?? 0) : undefined,
        isOurs: metadata?.updateIdentity?.startsWith(ourIdentity) ?? false,
        changed: changeOf(config),
        dispatchedPerSecond: stats?.tasksDispatchRate ?? 0,
      };
    },
    async set(perSecond, reason) {
      const { config } = await within(() =>
        workflowService.updateTaskQueueConfig({
          namespace,
          identity: `${ourIdentity} worker ${process.pid}@${hostname()}`,
          taskQueue: queue,
          taskQueueType,
          updateQueueRateLimit: {
            rateLimit: perSecond === undefined ? undefined : { requestsPerSecond: perSecond },
            reason,
          },
        }),
      );
      return changeOf(config);
    },
  };
}

function changeOf(config?: temporal.api.taskqueue.v1.ITaskQueueConfig | null): string | undefined {
  const time = config?.queueRateLimit?.metadata?.updateTime;
  return time ? `${time.seconds}.${time.nanos ?? 0}` : undefined;
}
