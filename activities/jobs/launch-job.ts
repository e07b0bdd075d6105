import { ApplicationFailure } from '@temporalio/activity';
import { type ReplicationJobStatus, type SmcClient, SmcError } from '../../src/smc';
import { type EndedJob, endedJob } from './ended-job';
import { knownStatus } from './replication-job-poller';

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
 * Sets a job going. A refusal is judged by what the job is in now: where it was wanted is success; one that has come to
 * an end meanwhile is given with that end, and nothing is lost; what runs is waited out; refusal and status that
 * contradict each other are looked at again. One that is not listed is left to who waits for it: a single look proves
 * nothing. Throws what no look can change: the source's state, the quota, a refusal for good.
 */
export async function launchJob(
  smc: SmcClient,
  { jobId, call, from, done }: Launch,
  signal: AbortSignal,
): Promise<EndedJob | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (!(error instanceof SmcError)) throw error;
    const isAnswerLost = error.class === 'transient';
    // Called again, it tells by itself that it had run.
    if (isAnswerLost && done.includes('Running')) throw error;
    const isMissing = error.code.endsWith('.NotFound') && error.code !== 'InvalidAction.NotFound';
    if (error.class !== 'state' && !isAnswerLost && !isMissing) throw error;
    const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] }, { signal });
    const job = replicationJobs.find((found) => found.jobId === jobId);
    const status = job && knownStatus(job);
    if (status && done.includes(status)) return undefined;
    // Running, it has left what it was in: by the call whose answer was lost.
    if (isAnswerLost && status === 'Running') return undefined;
    if (isAnswerLost || error.code === 'SourceServerState.Invalid') throw error;
    if (!job && !isMissing) throw later(error, '5s');
    if (!job || !status || status === 'Deleting') return undefined;
    if (isMissing || from.includes(status)) throw later(error, '5s');
    // A sync by SMC's own clock, or our last one. Only its end tells.
    if (status === 'Running') throw later(error, '1m');
    return endedJob(job);
  }
}

const later = ({ message, code }: SmcError, nextRetryDelay: '5s' | '1m') =>
  ApplicationFailure.create({ message, type: code, nextRetryDelay });
