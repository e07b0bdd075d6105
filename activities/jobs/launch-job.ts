import type { ReplicationJob, ReplicationJobStatus, SmcClient, SmcError } from '../../src/smc';
import { callOrLook, saysNotFound } from '../calls/call-or-look';
import { passingFailure } from '../calls/smc-failure';
import { type EndedJob, endedJob, knownStatus } from './ended-job';

/** A call that sets a job going: a start, or a cut-over. */
export interface Launch {
  jobId: string;
  call: () => Promise<unknown>;
  /** What the job may be in for it to be accepted. */
  from: readonly ReplicationJobStatus[];
  /** What it is in where an earlier call, or somebody else, has done it. */
  done: readonly ReplicationJobStatus[];
}

/**
 * Sets a job going. A refusal is judged by the status of the job now: already where the call leads is success; a job that
 * has ended is given with its end; one that runs is waited for; a status that contradicts the refusal is looked at again.
 * A job that is not listed counts as launched: a single look proves nothing, and whoever waits for its end finds out.
 * Throws what no look can change: the source's state, the quota, a final refusal.
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
      // A call that may be made of a running job again tells by itself that it was done.
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
  // A running job has left the status that the call is for: by the call whose answer was lost.
  if (isAnswerLost(refusal) && status === 'Running') return undefined;
  if (isAnswerLost(refusal) || refusal.code === 'SourceServerState.Invalid') throw refusal;
  const isMissing = saysNotFound(refusal);
  if (!job && !isMissing) throw passingFailure(refusal, '5s');
  if (!job || !status || status === 'Deleting') return undefined;
  if (isMissing || from.includes(status)) throw passingFailure(refusal, '5s');
  // A sync by SMC's own clock, or our last one: only its end tells.
  if (status === 'Running') throw passingFailure(refusal, '1m');
  return endedJob(job);
}
