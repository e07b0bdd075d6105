import type { JobHeartbeat } from '../../activities';
import { isAccountRefusal, type SmcFailure, timeoutOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { restartAfter } from '../contract/start-again';
import { jobWaits, stopWaits } from './activities';
import { type Ended, type Job, noteEnd, stopRequest } from './job';
import { unseenMs } from './job-timeout';

/** When the jobTimeout passes while the account refuses calls, the wait for the job goes on for so long. */
const refusedAgainMs = 3_600_000;

/** Waits until the job no longer runs. A job that stalls, or takes too long, is stopped. */
export async function awaitEnd(input: ServerMigrationInput, job: Job): Promise<Ended> {
  const ended = await awaitJob(input, job);
  return ended.end === 'Stalled' || ended.end === 'TimedOut' ? stopJob(input, job, ended) : ended;
}

/** Waits until the job no longer runs. A job that takes longer than the plan allows is given as TimedOut while it still runs. */
async function awaitJob(input: ServerMigrationInput, job: Job): Promise<Ended> {
  const { batch, server, round, sourceId, policy } = input;
  const { jobId, before, start, attempt } = job;
  const summary = `${jobId}, attempt ${attempt} of ${policy.attempts}`;
  for (let leftMs = policy.jobTimeoutSeconds * 1000; ; ) {
    const waitsSince = Date.now();
    try {
      const ended = await jobWaits(job, leftMs, summary).awaitReplicationJob({
        batch,
        server,
        round,
        jobId,
        sourceId,
        start,
        before,
        restart: restartAfter(policy, attempt),
        stallTimeoutSeconds: policy.stallTimeoutSeconds,
      });
      noteEnd(job, ended);
      return ended;
    } catch (error) {
      const timedOutAt = waitsSince + leftMs;
      // When the next attempt would be after the timeout, Temporal gives the last refusal instead of a timeout.
      if (isAccountRefusal(error)) {
        leftMs = Math.max(timedOutAt - Date.now(), refusedAgainMs);
        continue;
      }
      const timeout = timeoutOf(error);
      if (!timeout) throw error;
      leftMs = unseenMs(timeout.lastHeartbeatDetails as JobHeartbeat | undefined, timedOutAt);
      if (leftMs > 0) continue;
    }
    return {
      end: 'TimedOut',
      error: {
        code: 'ReplicationJob.TimedOut',
        message: `replication job ${jobId} has not ended within ${policy.jobTimeoutSeconds} s`,
        remedy:
          'Raise policy.jobTimeout, or find out why the job is slow: the network to the intermediate instance, or the load of the source.',
      },
    };
  }
}

/** Stops a job that stalls, or takes too long. A job that ends before it can be stopped keeps its own end. */
async function stopJob(input: ServerMigrationInput, job: Job, reason: Ended): Promise<Ended> {
  const request = stopRequest(input, job, reason, restartAfter(input.policy, job.attempt));
  const { status, said, error, ...stopped } = await stopWaits(job.jobId).stopReplicationJob(request);
  if (status === 'NotSeen') return { end: 'Unknown', error };
  // The end of a job that is being deleted comes when it is gone.
  if (status === 'Deleting') return awaitJob(input, job);
  const isOwnEnd = status !== 'Stopped' && status !== 'Ready';
  noteEnd(job, { ...stopped, end: status });
  return isOwnEnd
    ? { ...stopped, end: status, error: error ?? (status === 'Gone' ? reason.error : undefined) }
    : { ...stopped, end: reason.end, error: reason.error && withWords(reason.error, said) };
}

/** The error with the last details of the job itself. */
const withWords = (error: SmcFailure, said: string | undefined): SmcFailure =>
  said === undefined || error.message.startsWith(said)
    ? error
    : { ...error, message: `${error.message}; ${said}` };
