import { hostname } from 'node:os';
import type { ConnectionLike } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { taskQueue } from './settings';

/** The activity task queue's rate limit as the Temporal server has it. */
export interface LimitOnServer {
  /** Activities a second; absent: none is set, and that of the workers' own settings holds. */
  perSecond?: number;
  /** It was set by a worker of ours, not by an operator's hand. */
  isOurs: boolean;
  /** When it was last changed, by the server's clock; absent: never. */
  changed?: string;
  /** What all workers have started, activities a second over about half a minute. */
  dispatchedPerSecond: number;
}

/** Reads and sets the rate limit that holds for all workers of the activity task queue at once. */
export interface QueueLimit {
  read(): Promise<LimitOnServer>;
  /** Absent: takes the limit off. The reason is for operators. Gives when it was changed. */
  set(perSecond: number | undefined, reason: string): Promise<LimitOnServer['changed']>;
}

const timeoutMs = 5_000;
/** How a limit of ours is told from one that was set with `temporal task-queue config set`. */
const ourIdentity = 'smc-batch';

/** Temporal: UpdateTaskQueueConfig, which since Server 1.29 wins over the workers' maxTaskQueueActivitiesPerSecond. */
export function temporalQueueLimit(connection: ConnectionLike, namespace: string): QueueLimit {
  const taskQueueType = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
  const { workflowService } = connection;
  const within = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + timeoutMs, call);
  return {
    async read() {
      const { config, stats } = await within(() =>
        workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue() },
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
          taskQueue: taskQueue(),
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
