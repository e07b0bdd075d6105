import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import type { TaskQueueLimitStore } from './call-rate';

const { TaskQueueType } = temporal.api.enums.v1;

/** The rate limit of a queue's activities, kept by Temporal (server 1.29 and newer): UpdateTaskQueueConfig. */
export function taskQueueLimit(
  { workflowService }: NativeConnection,
  namespace: string,
  taskQueue: string,
): TaskQueueLimitStore {
  const taskQueueType = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
  return {
    async read() {
      const { config } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
        reportConfig: true,
      });
      const { rateLimit, metadata } = config?.queueRateLimit ?? {};
      const at = metadata?.updateTime;
      return {
        perSecond: rateLimit?.requestsPerSecond ?? undefined,
        reason: metadata?.reason ?? undefined,
        changedAt: at ? Number(at.seconds) * 1000 + Number(at.nanos) / 1e6 : undefined,
      };
    },
    async write(perSecond, reason) {
      const rateLimit = perSecond === undefined ? undefined : { requestsPerSecond: perSecond };
      await workflowService.updateTaskQueueConfig({
        namespace,
        taskQueue,
        taskQueueType,
        updateQueueRateLimit: { rateLimit, reason },
      });
    },
  };
}
