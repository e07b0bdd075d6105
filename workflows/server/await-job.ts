import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { JobHeartbeat } from '../../activities';
import { isAccountRefusal, smcFailureOf, timeoutOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { restartAfter, restartDelaySeconds } from '../contract/start-again';
import { jobWaits, smcWaits, syncWaits } from './activities';
import { type Ended, type Job, note, stopRequest } from './job';
import { unseenMs } from './job-timeout';
import { enter } from './shown-phase';
import { stand } from './standing';
import { keepValid } from './valid-time';

/** So long a job is waited for again when its jobTimeout has passed while the account refuses to show it. */
const refusedAgainMs = 3_600_000;

/** Whether the operator has asked for the final image of an incremental job. */
export interface CutOver {
  requested: boolean;
}

/** An incremental job between its syncs; gives how it ended when it did so before its time. */
export async function untilCutOver(
  input: ServerMigrationInput,
  job: Job,
  cutOver: CutOver,
): Promise<Ended | undefined> {
  const { batch, server, round, sourceId } = input;
  const at = input.cutoverAt ? ` at ${input.cutoverAt}` : ' when it is told to';
  stand({ phase: 'synced', jobId: job.jobId });
  enter('synced', `Job **${job.jobId}** is synced every ${input.job.frequency} h, and cut over${at}`);
  await keepValid(input, job);
  let ended: Ended | undefined;
  const watch = new CancellationScope();
  const watching = watch
    .run(() =>
      syncWaits(job.jobId).watchWaitingJob({
        batch,
        server,
        round,
        jobId: job.jobId,
        sourceId,
        start: job.start,
        frequency: input.job.frequency ?? 24,
        restart: restartAfter(input.policy, job.attempt),
      }),
    )
    .then(
      (seen) => {
        ended = seen;
      },
      (error: unknown) => {
        if (!isCancellation(error)) ended = { end: 'Unknown', error: smcFailureOf(error) };
      },
    );
  const isBroken = () => ended !== undefined;
  try {
    // One that came to nothing is not begun again at once.
    if (job.cutOvers > 0) await condition(isBroken, restartDelaySeconds(input.policy, job.cutOvers) * 1000);
    const due = input.cutoverAt ? Date.parse(input.cutoverAt) - Date.now() : undefined;
    const isDue = () => cutOver.requested || isBroken();
    if (due === undefined) await condition(isDue);
    else if (due > 0) await condition(isDue, due, { summary: 'until cutoverAt' });
  } finally {
    watch.cancel();
  }
  await watching;
  if (ended) note(job, ended);
  else job.status = 'Waiting';
  return ended;
}

/** Waits for the end of a start; one that takes longer than the plan allows is TimedOut, and runs on. */
export async function awaitJob(input: ServerMigrationInput, job: Job): Promise<Ended> {
  const { batch, server, round, sourceId, policy } = input;
  const { jobId, before, start, attempt } = job;
  const summary = `${jobId}, start ${attempt} of ${policy.attempts}`;
  for (let leftMs = policy.jobTimeoutSeconds * 1000; ; ) {
    const waitsSince = Date.now();
    try {
      const ended = await jobWaits(leftMs, summary).awaitReplicationJob({
        batch,
        server,
        round,
        jobId,
        sourceId,
        start,
        before,
        restart: restartAfter(input.policy, job.attempt),
        stallTimeoutSeconds: policy.stallTimeoutSeconds,
      });
      note(job, ended);
      return ended;
    } catch (error) {
      const timedOutAt = waitsSince + leftMs;
      // Temporal gives the last refusal where the next attempt would come after the timeout.
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
          "Raise policy.jobTimeout, or see why it is slow: the network to the intermediate instance, or the source's load.",
      },
    };
  }
}

/** Stops a job that stands still, or takes too long. One that has ended before that has its own end. */
export async function stopJob(input: ServerMigrationInput, job: Job, why: Ended): Promise<Ended> {
  const request = stopRequest(input, job, why, restartAfter(input.policy, job.attempt));
  const { status, said, error, ...stopped } = await smcWaits(job.jobId).stopReplicationJob(request);
  if (status === 'NotSeen') return { end: 'Unknown', error };
  // It is waited for until it is gone.
  if (status === 'Deleting') return awaitJob(input, job);
  const told = said && why.error ? { ...why.error, message: withWords(why.error.message, said) } : why.error;
  const isOwnEnd = status !== 'Stopped' && status !== 'Ready';
  const ended: Ended = isOwnEnd
    ? { ...stopped, end: status, error: error ?? (status === 'Gone' ? why.error : undefined) }
    : { ...stopped, end: why.end, error: told };
  note(job, { ...ended, end: status });
  return ended;
}

const withWords = (message: string, said: string) =>
  message.startsWith(said) ? message : `${message}; ${said}`;
