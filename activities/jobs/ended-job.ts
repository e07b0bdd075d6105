import {
  imageNameOf,
  imageOf,
  isKnownStatus,
  type ReplicationJob,
  type ReplicationJobStatus,
  SmcError,
} from '../../src/smc';
import type { SmcFailure } from '../../workflows/contract/failure';
import type { JobEnd } from '../../workflows/contract/server-messages';
import { smcFailure } from '../calls/smc-failure';

/** What is known of a job that no longer runs. */
export interface EndedJob {
  end: JobEnd;
  startTime?: string;
  imageId?: string;
  /** As the account has it, which may not be the plan's. */
  imageName?: string;
  instanceId?: string;
  error?: SmcFailure;
  /** It is started again so many seconds later, as its batch was told; absent when it is not. */
  startsAgainInSeconds?: number;
}

/** The end of a job. A status that this version does not know is an end, too: only the operator can act on it. */
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

/** What a job says of itself, in one line: it goes into failures, for the job is deleted. */
export function jobSays(job: ReplicationJob): string {
  const { jobId, status, businessStatus, progress, errorCode, statusInfo } = job;
  const where = [businessStatus && ` in ${businessStatus}`, progress !== undefined && ` at ${progress} %`];
  const why = [errorCode, statusInfo].filter(Boolean).map((said) => `: ${said}`);
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

/** Finished, and its image is not listed yet. Image jobs end with an image id; the other targets have none of their own. */
export const awaitsImage = (job: ReplicationJob) =>
  job.status === 'Finished' &&
  (job.targetType === undefined || job.targetType.toLowerCase() === 'image') &&
  imageOf(job) === undefined;

/** What the operator is told of a job that has not done what it was for. */
function jobFailure(job: ReplicationJob): SmcFailure {
  const error = new SmcError({
    code: job.errorCode ?? `ReplicationJob.${job.status}`,
    message: jobSays(job),
  });
  const remedy =
    job.errorCode !== undefined &&
    (error.class === 'fatal' || error.class === 'quota' || error.class === 'account')
      ? error.remedy
      : 'See the job in the SMC console, and mend the cause.';
  return { ...smcFailure(error), remedy };
}

/** The API's word for a job's status; throws `UnknownStatus` when this version does not know it. */
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
