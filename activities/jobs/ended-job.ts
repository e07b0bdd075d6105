import {
  imageNameOf,
  imageOf,
  isKnownStatus,
  type ReplicationJob,
  type ReplicationJobStatus,
  SmcError,
  seeTheJob,
} from '../../src/smc';
import { cutText } from '../../src/text';
import type { SmcFailure } from '../../workflows/contract/failure';
import type { JobEnd } from '../../workflows/contract/server-messages';
import { smcFailure } from '../calls/failure-of-error';

/** The end of a job that no longer runs. */
export interface EndedJob {
  end: JobEnd;
  startTime?: string;
  imageId?: string;
  /** The name in the account, which may differ from the plan's. */
  imageName?: string;
  instanceId?: string;
  error?: SmcFailure;
  /** Seconds to its next start, as reported to the batch; absent when it is not started again. */
  startsAgainInSeconds?: number;
}

/** The end of a job. A status that this version does not know counts as an end, too: only the operator can act on it. */
export function endedJob(job: ReplicationJob): EndedJob {
  const { status, startTime, instanceId } = job;
  if (!isKnownStatus(status)) return { end: 'Unknown', error: smcFailure(unknownStatus(job)) };
  // awaitReplicationJob and watchWaitingJob wait for the end of both.
  if (status === 'Running' || status === 'Deleting') throw new Error(`the job is still ${status}`);
  return {
    end: status,
    startTime,
    imageId: imageOf(job),
    imageName: imageNameOf(job),
    instanceId,
    error: status === 'Finished' || status === 'Waiting' ? undefined : jobFailure(job),
  };
}

/** Bytes. SMC sets no limit, and Temporal does. */
const mostStatusInfo = 4_000;

/** The status of a job and its details in one line, for failures: the job itself will be deleted. */
export function jobSays(job: ReplicationJob): string {
  const { jobId, status, businessStatus, progress, errorCode, statusInfo } = job;
  const where = [businessStatus && ` in ${businessStatus}`, progress !== undefined && ` at ${progress} %`];
  const why = [errorCode, statusInfo && cutText(statusInfo, mostStatusInfo)]
    .filter(Boolean)
    .map((said) => `: ${said}`);
  return [`replication job ${jobId} is ${status}`, ...where.filter(Boolean), ...why].join('');
}

/** The end of a job that is no longer listed. */
export const goneJob = (jobId: string): EndedJob => ({
  end: 'Gone',
  error: {
    code: 'ReplicationJob.Gone',
    message: `replication job ${jobId} is no longer listed: somebody else has deleted it`,
    remedy: 'Find out who deleted it, then retry the server.',
  },
});

/** Whether a job is Finished, and its image is not listed yet. Only jobs for images have an image id. */
export const awaitsImage = (job: ReplicationJob) =>
  job.status === 'Finished' &&
  (job.targetType === undefined || job.targetType.toLowerCase() === 'image') &&
  imageOf(job) === undefined;

/** The failure of a job that has not made its image. */
function jobFailure(job: ReplicationJob): SmcFailure {
  const error = new SmcError({
    code: job.errorCode ?? `ReplicationJob.${job.status}`,
    message: jobSays(job),
  });
  return { ...smcFailure(error), remedy: job.errorCode === undefined ? seeTheJob : jobRemedy(error) };
}

/** A job that has failed is no call that is repeated, and waits for no slot. */
function jobRemedy(error: SmcError): string {
  switch (error.class) {
    case 'fatal':
      return error.remedy;
    case 'quota':
    case 'account':
      return error.remedyByHand;
    default:
      return seeTheJob;
  }
}

/** The status of a job; throws `UnknownStatus` when this version does not know it. */
export function knownStatus(job: ReplicationJob): ReplicationJobStatus {
  if (isKnownStatus(job.status)) return job.status;
  throw unknownStatus(job);
}

const unknownStatus = (job: ReplicationJob) =>
  new SmcError({
    code: 'UnknownStatus',
    message: `replication job ${job.jobId} has the status '${job.status}'`,
    action: 'DescribeReplicationJobs',
  });
