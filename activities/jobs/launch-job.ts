import type { ReplicationJob, ReplicationJobStatus, SmcClient, SmcError } from '../../src/smc';
import { callOrLook, saysNotFound } from '../calls/call-or-look';
import { passingFailure } from '../calls/smc-failure';
import { type EndedJob, endedJob, knownStatus } from './ended-job';

/** A call that makes a job run: a start, or a cut-over. */
export interface Launch {
  jobId: string;
  call: () => Promise<unknown>;
  /** The statuses in which SMC accepts the call. */
  from: readonly ReplicationJobStatus[];
  /** The statuses that the job has after the call. */
  done: readonly ReplicationJobStatus[];
}

/**
 * Makes a job run. A refusal is judged by the present status of the job:
 * - the status that the call leads to: success
 * - an end: the job is given with its end
 * - Running: the call is repeated after a while
 * - a status that contradicts the refusal: the job is read again
 * - not listed: success, because one read proves nothing; the wait for its end will show whether it is gone.
 *
 * Throws refusals for the source's state, the quota, and final ones.
 */
export async function launchJob(
  smc: SmcClient,
  launch: Launch,
  signal: AbortSignal,
): Promise<EndedJob | undefined> {
  const { jobId, call, done } = launch;
  return callOrLook({
    call: async () => {
      await call();
      return undefined;
    },
    mayBeExplained: (refusal) => {
      // The next attempt of a start is refused when this one has taken effect: it need not be judged now.
      if (isAnswerLost(refusal)) return !done.includes('Running');
      return refusal.class === 'state' || saysNotFound(refusal);
    },
    look: async () => {
      const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] }, { signal });
      return replicationJobs.find((found) => found.jobId === jobId);
    },
    compare: (job, refusal) => compare(launch, job, refusal),
  });
}

const isAnswerLost = (refusal: SmcError) => refusal.class === 'transient';

function compare(
  { from, done }: Launch,
  job: ReplicationJob | undefined,
  refusal: SmcError,
): EndedJob | undefined {
  const status = job && knownStatus(job);
  if (status && done.includes(status)) return undefined;
  // A lost answer, and the job runs: the call has taken effect.
  if (isAnswerLost(refusal) && status === 'Running') return undefined;
  if (isAnswerLost(refusal) || refusal.code === 'SourceServerState.Invalid') throw refusal;
  const isMissing = saysNotFound(refusal);
  if (!job && !isMissing) throw passingFailure(refusal, 5_000);
  if (!job || !status || status === 'Deleting') return undefined;
  if (isMissing || from.includes(status)) throw passingFailure(refusal, 5_000);
  // The job runs a scheduled sync, or its last one: only the end shows which.
  if (status === 'Running') throw passingFailure(refusal, 60_000);
  return endedJob(job);
}
