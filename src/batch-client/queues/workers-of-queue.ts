import type { Client } from '@temporalio/client';
import { shellWord } from '../../text';
import { serverNow } from './server-clock';

// Temporal gives what begins on a task queue to the workers of the current version: a worker that takes part in versioning gets
// nothing before its version is made current, and an unversioned one gets nothing once a version is.

/** A version of a worker deployment. */
export interface WorkerVersion {
  deploymentName: string;
  buildId: string;
}

/** The workers of a task queue that have polled it within the last minute. */
export interface WorkersOfQueue {
  hasUnversioned: boolean;
  /** Their versions, each once. */
  versions: WorkerVersion[];
  /** The versions that get what begins: the current one, and one that is ramped up. None: the unversioned workers get it. */
  current: WorkerVersion[];
}

export async function workersOfQueue(client: Client, queue: string): Promise<WorkersOfQueue> {
  const { pollers, versioningInfo } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: 1,
  });
  // Temporal remembers a poller for minutes; a live one has polled within the last minute.
  const alive = pollers?.length ? (await serverNow(client)) - 70_000 : 0;
  const live = (pollers ?? []).filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > alive,
  );
  const versionsOfLive = live.map(({ deploymentOptions: options }) =>
    options?.workerVersioningMode === versioned ? options : undefined,
  );
  const { currentDeploymentVersion, rampingDeploymentVersion } = versioningInfo ?? {};
  return {
    hasUnversioned: versionsOfLive.includes(undefined),
    versions: distinct(versionsOfLive),
    current: distinct([currentDeploymentVersion, rampingDeploymentVersion]),
  };
}

/** WORKER_VERSIONING_MODE_VERSIONED */
const versioned = 2;

export const hasAny = ({ hasUnversioned, versions }: WorkersOfQueue) => hasUnversioned || versions.length > 0;

/** Whether one of the workers gets what begins on the queue. */
export function takeNewWork({ hasUnversioned, versions, current }: WorkersOfQueue): boolean {
  if (current.length === 0) return hasUnversioned;
  return current.some((one) => versions.some((other) => isSameVersion(one, other)));
}

/** Why none of the live workers of a queue gets what begins there, and what to do; undefined where one does, or none is alive. */
export function idleWorkers(workers: WorkersOfQueue): { why: string; remedy: string } | undefined {
  const { versions, current } = workers;
  if (!hasAny(workers) || takeNewWork(workers)) return undefined;
  const there = versions.length > 0 ? versions.map(versionText).join(' and ') : 'none that has a version';
  if (current.length === 0)
    return {
      why: `its workers have versions (${there}), and none is current: what begins on it is not taken`,
      remedy: `Make one current: ${makeCurrent(versions.at(-1)!)}`,
    };
  return {
    why: `no worker has the current version (${current.map(versionText).join(' and ')}), only ${there}: what begins on it is not taken`,
    remedy:
      versions.length > 0
        ? `Start workers of that version, or make another one current: ${makeCurrent(versions.at(-1)!)}`
        : `Start workers of that version, or go back to workers without versions: ${withoutVersions(current[0]!)}`,
  };
}

/** `v0.2.0 of smc-batch` */
export const versionText = ({ deploymentName, buildId }: WorkerVersion) => `${buildId} of ${deploymentName}`;

const setCurrent = (deploymentName: string, to: string) =>
  `temporal worker deployment set-current-version --deployment-name ${shellWord(deploymentName)} ${to}`;

const makeCurrent = ({ deploymentName, buildId }: WorkerVersion) =>
  setCurrent(deploymentName, `--build-id ${shellWord(buildId)}`);

const withoutVersions = ({ deploymentName }: WorkerVersion) => setCurrent(deploymentName, '--unversioned');

export const isSameVersion = (one: WorkerVersion, other: WorkerVersion) =>
  one.deploymentName === other.deploymentName && one.buildId === other.buildId;

function distinct(
  found: (Partial<Record<keyof WorkerVersion, string | null>> | null | undefined)[],
): WorkerVersion[] {
  const versions = new Map<string, WorkerVersion>();
  for (const one of found) {
    // A ramp that has ended leaves an empty version.
    if (!one?.buildId || !one.deploymentName) continue;
    const { deploymentName, buildId } = one;
    versions.set(JSON.stringify([deploymentName, buildId]), { deploymentName, buildId });
  }
  return [...versions.values()];
}
