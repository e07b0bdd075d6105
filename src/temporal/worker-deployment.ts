import type { WorkerDeploymentVersion } from '@temporalio/common';
import { TemporalUnavailable } from './unavailable';

/**
 * The version that a worker has in a Temporal worker deployment, from the variables that Temporal's worker controller sets;
 * absent: it is unversioned. Throws a {@link TemporalUnavailable} where one of the two is missing.
 */
export function workerDeployment(env = process.env): WorkerDeploymentVersion | undefined {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = env;
  if (!deploymentName && !buildId) return undefined;
  if (deploymentName && buildId) return { deploymentName, buildId };
  const [set, missing] = deploymentName
    ? ['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID']
    : ['TEMPORAL_WORKER_BUILD_ID', 'TEMPORAL_DEPLOYMENT_NAME'];
  throw new TemporalUnavailable(
    `${set} is set and ${missing} is not: a versioned worker needs both, an unversioned one neither.`,
  );
}
