import type { Client } from '@temporalio/client';
import {
  hasAny,
  idleWorkers,
  isSameVersion,
  versionText,
  type WorkersOfQueue,
  type WorkerVersion,
  workersOfQueue,
} from '../batch-client/queues/workers-of-queue';
import { taskQueue } from '../temporal';
import type { Check } from './check';

/** Whether work is taken: what begins now, and what stays on an older version of versioned workers. */
export async function checksOfWorkers(client: Client): Promise<Check[]> {
  const check = { id: 'worker', title: 'Worker' };
  try {
    const workers = await workersOfQueue(client, taskQueue());
    return [newWorkCheck(workers, taskQueue()), ...(await draining(client, workers))];
  } catch (error) {
    return [
      {
        ...check,
        status: 'warning',
        // gRPC puts its code and the address first; the details are what the server said.
        detail: `could not be asked for: ${(error as { details?: string }).details || (error as Error).message}`,
        remedy: 'Start one: smc-batch worker',
      },
    ];
  }
}

/** Whether a worker takes what begins on the queue. */
export function newWorkCheck(workers: WorkersOfQueue, queue: string): Check {
  const check = { id: 'worker', title: 'Worker' };
  const idle = idleWorkers(workers);
  if (idle)
    return {
      ...check,
      status: 'problem',
      detail: `task queue ${queue}: ${idle.why}`,
      remedy: idle.remedy,
    };
  if (hasAny(workers)) {
    const current = workers.current.map((version) => `, version ${versionText(version)}`).join('');
    return { ...check, status: 'ok', detail: `one takes work from task queue ${queue}${current}` };
  }
  return {
    ...check,
    status: 'warning',
    detail: `none takes work from task queue ${queue}`,
    remedy: 'Start one: smc-batch worker',
  };
}

/** VERSION_DRAINAGE_STATUS_DRAINING: not current any more, and workflows still need it. */
const isDraining = 1;

/** Left out where nothing waits for an older version, and where Temporal does not tell. */
async function draining(client: Client, { versions, current }: WorkersOfQueue): Promise<Check[]> {
  const { namespace } = client.options;
  const names = new Set([...versions, ...current].map(({ deploymentName }) => deploymentName));
  const needed = await Promise.all(
    [...names].map(async (deploymentName) => {
      const { workerDeploymentInfo: info } = await client.workflowService.describeWorkerDeployment({
        namespace,
        deploymentName,
      });
      return (info?.versionSummaries ?? [])
        .filter(({ drainageStatus }) => drainageStatus === isDraining)
        .map(({ deploymentVersion }) => deploymentVersion as WorkerVersion);
    }),
  ).catch(() => []);
  const missing = needed.flat().filter((one) => !versions.some((other) => isSameVersion(one, other)));
  return missing.length > 0 ? [olderVersionsCheck(missing)] : [];
}

/** Older versions that workflows still need, and no worker has. */
export function olderVersionsCheck(missing: readonly WorkerVersion[]): Check {
  return {
    id: 'older-versions',
    title: 'Older versions',
    status: 'warning',
    detail: `no worker has ${missing.map(versionText).join(' or ')}, and batches or servers that run may wait for it`,
    remedy:
      'Start a worker of that version until it is drained. Temporal sees the end of the last one minutes later. See docs/upgrades.md.',
  };
}
