import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  setHandler,
  sleep,
  TimeoutFailure,
  upsertMemo,
} from '@temporalio/workflow';
import type { JobHeartbeat } from '../activities';
import { unseenMs } from './job-timeout';
import { cutOverRequested, type ServerResult, type SmcFailure } from './messages';
import { cleanUp, endWithoutJob } from './server-cleanup';
import {
  alreadyMigrated,
  isAccountRefusal,
  isQuotaRefusal,
  isSourceStateRefusal,
  smcFailureOf,
} from './server-failure';
import { type Ended, type Job, type ServerMigrationInput, stopRequest } from './server-job';
import { enter, enterDetails } from './server-phase';
import { type Asking, type SlotsFromBatch, slotsFromBatch } from './server-slots';
import { jobWaits, smcCalls, smcWaits, syncWaits } from './smc-activities';
import { freeRefusals, mayStartAgain, restartDelaySeconds } from './start-again';

/** Whether the operator has asked for the final image of an incremental job. */
interface CutOver {
  requested: boolean;
}

type AskForSlot = (asking?: Asking) => Promise<void>;

const dayMs = 86_400_000;
/** So long a job is waited for again when its jobTimeout has passed while the account refuses to show it. */
const refusedAgainMs = 3_600_000;
/** SMC: a job is valid for 30 days unless told otherwise. */
const validTimeCareMs = 20 * dayMs;

/**
 * Migrates one server: creates its replication job, starts it, waits for its end, writes the ledger, deletes the job.
 * The batch starts it with a running slot in hand. It always returns a result: a failure is one too. Whatever
 * happens, also on cancellation, the job is cleaned up as the policy says before it returns.
 */
export async function serverMigration(input: ServerMigrationInput): Promise<ServerResult> {
  const slots = slotsFromBatch(input);
  const cutOver: CutOver = { requested: false };
  setHandler(cutOverRequested, () => {
    cutOver.requested = true;
  });

  let job: Job;
  try {
    job = await createJob(input, slots);
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled)
      return endWithoutJob(input, { outcome: 'cancelled' });
    return endWithoutJob(input, alreadyMigrated(error) ?? { outcome: 'failed', error: smcFailureOf(error) });
  }
  upsertMemo({ jobId: job.jobId });
  enterDetails('running', `Job **${job.jobId}**`);

  let ended: Ended | 'cancelled';
  try {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
    ended = await runToItsEnd(input, job, slots, cutOver);
  } catch (error) {
    ended = isCancellation(error) ? 'cancelled' : { end: 'Unknown', error: smcFailureOf(error) };
  }
  return CancellationScope.nonCancellable(() => cleanUp(input, job, ended));
}

async function createJob(
  { batch, server, sourceId, creation, job, knownJobId }: ServerMigrationInput,
  slots: SlotsFromBatch,
): Promise<Job> {
  for (;;) {
    try {
      // Not cancellable: a job that may have been created must be known, to be cleaned up.
      const created = await CancellationScope.nonCancellable(() =>
        smcCalls(`source ${sourceId}`).createReplicationJob({
          batch,
          server,
          sourceId,
          creation,
          job,
          knownJobId,
        }),
      );
      return { ...created, start: 1, createdAt: Date.now() };
    } catch (error) {
      if (!isQuotaRefusal(error)) throw error;
      await slots.ask(undefined, { refused: smcFailureOf(error) });
    }
  }
}

/** Starts the job, waits for its end, and starts it again after an error as often as the policy allows. */
async function runToItsEnd(
  input: ServerMigrationInput,
  job: Job,
  slots: SlotsFromBatch,
  cutOver: CutOver,
): Promise<Ended> {
  // A turn may come after weeks, as in a paused batch.
  const whileWaiting = async () => {
    if (needsCare(input, job)) await extendValidTime(input, job);
  };
  const askForSlot: AskForSlot = (asking) => slots.ask(job.jobId, { ...asking, whileWaiting });
  let refused = await startJob(input, job, askForSlot);
  for (;;) {
    let ended = refused ?? (await awaitJob(input, job));
    refused = undefined;
    if (ended.end === 'Waiting') {
      const broken = await untilCutOver(input, job, cutOver);
      if (!broken) {
        await askForSlot({ isCutOver: true });
        job.start++;
        job.before = { status: 'Waiting' };
        enter('running', `Job **${job.jobId}**: last sync and final image`);
        await smcWaits(job.jobId).cutOverReplicationJob({ jobId: job.jobId, syncData: true });
        continue;
      }
      ended = broken;
    }
    if (ended.end === 'Stalled') {
      const stopped = await smcWaits(job.jobId).stopReplicationJob(stopRequest(input, job, ended));
      if (stopped.status === 'Finished') return { ...stopped, end: 'Finished' };
      job.status = stopped.status;
    }
    if (!ended.isFree && !mayStartAgain(ended.end, job.start, input.policy.attempts)) return ended;
    await recover(input, job, ended);
    await askForSlot();
    if (!ended.isFree) job.start++;
    enter('running', `Job **${job.jobId}**, start ${job.start} of ${input.policy.attempts}`);
    refused = await startJob(input, job, askForSlot);
  }
}

/** Waits before the next start, and for the source's client where that is what broke the job. */
async function recover(input: ServerMigrationInput, job: Job, ended: Ended): Promise<void> {
  const seconds = restartDelaySeconds(input.policy, job.start);
  enter(
    'recovering',
    `Job **${job.jobId}** is started again in ${seconds} s: ${ended.error?.message ?? ended.end}`,
  );
  await sleep(seconds * 1000, { summary: 'before the next start' });
  const { batch, server, round, sourceId } = input;
  await smcWaits(`source ${sourceId}`).awaitSourceServer({ batch, server, round, sourceId });
  if (needsCare(input, job)) await extendValidTime(input, job);
}

/** SMC: a job that does not run expires. */
const needsCare = ({ job: settings }: ServerMigrationInput, { createdAt, isExtended }: Job) =>
  Date.now() - createdAt > validTimeCareMs && !isExtended && !settings.validTime;

/** An incremental job between its syncs; gives how it ended when it did so before its time. */
async function untilCutOver(
  input: ServerMigrationInput,
  job: Job,
  cutOver: CutOver,
): Promise<Ended | undefined> {
  const { batch, server, round } = input;
  const at = input.cutoverAt ? ` at ${input.cutoverAt}` : ' when it is told to';
  enter('synced', `Job **${job.jobId}** is synced every ${input.job.frequency} h, and cut over${at}`);
  await extendValidTime(input, job);
  let ended: Ended | undefined;
  const watch = new CancellationScope();
  const watching = watch
    .run(() =>
      syncWaits(job.jobId).watchWaitingJob({
        batch,
        server,
        round,
        jobId: job.jobId,
        start: job.start,
        frequency: input.job.frequency ?? 24,
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
  const due = input.cutoverAt ? Date.parse(input.cutoverAt) - Date.now() : undefined;
  const isDue = () => cutOver.requested || ended !== undefined;
  try {
    if (due === undefined) await condition(isDue);
    else if (due > 0) await condition(isDue, due, { summary: 'until cutoverAt' });
  } finally {
    watch.cancel();
  }
  await watching;
  if (!ended) return undefined;
  job.status = ended.end;
  job.startTime = ended.startTime;
  return ended;
}

/** To the longest the API allows, once: 90 days after the job's creation. A refusal only means an earlier end. */
async function extendValidTime({ job: settings }: ServerMigrationInput, job: Job): Promise<void> {
  if (job.isExtended || settings.validTime) return;
  job.isExtended = true;
  const validTime = new Date(job.createdAt + 89 * dayMs).toISOString().replace(/\.\d+Z$/, 'Z');
  await smcCalls(`${job.jobId}, valid until ${validTime}`)
    .modifyReplicationJobAttribute({ jobId: job.jobId, validTime })
    .catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      log.warn('ValidTime was not extended', { jobId: job.jobId, error: smcFailureOf(error).message });
    });
}

/** Gives how it ended at once, where the state of its source does not allow the start. */
async function startJob(
  input: ServerMigrationInput,
  job: Job,
  askForSlot: AskForSlot,
): Promise<Ended | undefined> {
  const { jobId, status, startTime } = job;
  // An adopted job may be past its start.
  while (status === 'Ready' || status === 'Stopped' || status === 'InError') {
    try {
      job.before = { status, startTime };
      await smcCalls(jobId).startReplicationJob({ jobId });
      return undefined;
    } catch (error) {
      if (isSourceStateRefusal(error)) return notStarted(input, job, smcFailureOf(error));
      if (!isQuotaRefusal(error)) throw error;
      await askForSlot({ refused: smcFailureOf(error) });
    }
  }
  return undefined;
}

/** As after an error of the job: its source is waited for, without a running slot. */
async function notStarted(
  { batch, server, round }: ServerMigrationInput,
  job: Job,
  error: SmcFailure,
): Promise<Ended> {
  const { jobId, start, status, refusedStarts = 0 } = job;
  job.refusedStarts = refusedStarts + 1;
  const isFree = job.refusedStarts <= freeRefusals;
  const neverStarted = start === 1 && status === 'Ready';
  const report = { kind: 'stoppedRunning', server, round, start, jobId, end: 'InError', error } as const;
  await smcCalls('its source is not ready').tellBatch(batch, { ...report, neverStarted, isFree });
  return { end: 'InError', error, isFree };
}

async function awaitJob(input: ServerMigrationInput, job: Job): Promise<Ended> {
  const { batch, server, round, policy } = input;
  const { jobId, before, start } = job;
  const summary = `${jobId}, start ${start} of ${policy.attempts}`;
  for (let leftMs = policy.jobTimeoutSeconds * 1000; ; ) {
    const waitsSince = Date.now();
    try {
      const ended = await jobWaits(leftMs, summary).awaitReplicationJob({
        batch,
        server,
        round,
        jobId,
        start,
        before,
        stallTimeoutSeconds: policy.stallTimeoutSeconds,
      });
      job.startTime = ended.startTime;
      job.status = ended.end;
      return ended;
    } catch (error) {
      const timedOutAt = waitsSince + leftMs;
      // Temporal gives the last refusal where the next attempt would come after the timeout.
      if (isAccountRefusal(error)) {
        leftMs = Math.max(timedOutAt - Date.now(), refusedAgainMs);
        continue;
      }
      if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
      leftMs = unseenMs(error.cause.lastHeartbeatDetails as JobHeartbeat | undefined, timedOutAt);
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
