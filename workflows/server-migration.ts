import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  TimeoutFailure,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PlannedServer, Policy } from '../src/plan';
import { ledgerTags } from './ids';
import { type JobEnd, type ServerResult, type SmcFailure, slotGranted } from './messages';
import { smcPhase } from './search-attributes';
import { mayStartAgain, restartDelaySeconds } from './start-again';

export interface ServerMigrationInput {
  batch: string;
  server: string;
  /** Counts the times the batch has taken the server up, from 1. */
  round: number;
  sourceId: string;
  /** Unique for each round of each run of the batch: two of them are two jobs. */
  creation: string;
  job: PlannedServer['job'];
  policy: Pick<
    Policy,
    'attempts' | 'restartDelaySeconds' | 'jobTimeoutSeconds' | 'stallTimeoutSeconds' | 'onFailure'
  >;
}

/** What is known of the server's job. */
interface Job {
  jobId: string;
  status: string;
  startTime?: string;
}

interface Ended {
  end: JobEnd;
  imageId?: string;
  instanceId?: string;
  error?: SmcFailure;
}

// Every activity heartbeats: a dead worker is noticed after this, whatever the activity waits for.
const heartbeatTimeout = '20s';
const call = { heartbeatTimeout, startToCloseTimeout: '2m', scheduleToCloseTimeout: '12h' } as const;

const { createReplicationJob, startReplicationJob, tagResources, tellBatch } =
  proxyActivities<Activities>(call);
const { stopReplicationJob, deleteReplicationJob } = proxyActivities<Activities>({
  heartbeatTimeout,
  startToCloseTimeout: '7d',
  scheduleToCloseTimeout: '7d',
});

/**
 * Migrates one server: creates its replication job, starts it, waits for its end, writes the ledger, deletes the job.
 * The batch starts it with a running slot in hand. It always returns a result: a failure is one too. Whatever
 * happens, also on cancellation, the job is cleaned up as the policy says before it returns.
 */
export async function serverMigration(input: ServerMigrationInput): Promise<ServerResult> {
  const slots = slotsFromBatch(input);

  let job: Job;
  try {
    // Not cancellable: a job that may have been created must be known, to be cleaned up.
    job = await CancellationScope.nonCancellable(() => createJob(input, slots));
  } catch (error) {
    return endWithoutJob(input, { outcome: 'failed', error: smcFailureOf(error) });
  }
  upsertMemo({ jobId: job.jobId });
  enter('running', `Job **${job.jobId}**`);

  let ended: Ended | 'cancelled';
  try {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
    ended = await runToItsEnd(input, job, slots);
  } catch (error) {
    ended = isCancellation(error) ? 'cancelled' : { end: 'Unknown', error: smcFailureOf(error) };
  }
  return CancellationScope.nonCancellable(() => cleanUp(input, job, ended));
}

/** The slots of this server: `need` counts what it has asked for, the batch grants by that number. */
function slotsFromBatch({ batch, server, round }: ServerMigrationInput) {
  let need = 0;
  let granted = 0;
  setHandler(slotGranted, (grant) => {
    granted = Math.max(granted, grant.need);
  });
  return {
    /** Gives back what was refused and waits for its turn; asks again now and then, for a batch that was replaced. */
    async ask(jobId?: string, refused?: SmcFailure): Promise<void> {
      need++;
      setCurrentDetails(`Waits for a slot${refused ? `: ${refused.message}` : ''}`);
      do {
        await tellBatch(batch, { kind: 'wantsSlot', server, round, need, jobId, refused });
      } while (!(await condition(() => granted >= need, '5m')));
    },
  };
}
type SlotsFromBatch = ReturnType<typeof slotsFromBatch>;

async function createJob(
  { batch, server, sourceId, creation, job }: ServerMigrationInput,
  slots: SlotsFromBatch,
): Promise<Job> {
  for (;;) {
    try {
      return await createReplicationJob({ batch, server, sourceId, creation, job });
    } catch (error) {
      if (!isQuotaRefusal(error)) throw error;
      await slots.ask(undefined, smcFailureOf(error));
    }
  }
}

/** Starts the job, waits for its end, and starts it again after an error as often as the policy allows. */
async function runToItsEnd(input: ServerMigrationInput, job: Job, slots: SlotsFromBatch): Promise<Ended> {
  for (let start = 1; ; start++) {
    await startJob(job, slots);
    const ended = await awaitJob(input, job, start);
    job.status = ended.end;
    if (ended.end === 'Stalled') {
      const stopped = await stopReplicationJob(stopRequest(input, job, start, ended));
      if (stopped.status === 'Finished') return { ...stopped, end: 'Finished' };
      job.status = stopped.status;
    }
    if (!mayStartAgain(ended.end, start, input.policy.attempts)) return ended;
    const seconds = restartDelaySeconds(input.policy, start);
    enter(
      'recovering',
      `Job **${job.jobId}** is started again in ${seconds} s: ${ended.error?.message ?? ended.end}`,
    );
    await sleep(seconds * 1000, { summary: 'before the next start' });
    await slots.ask(job.jobId);
    enter('running', `Job **${job.jobId}**, start ${start + 1} of ${input.policy.attempts}`);
  }
}

const stopRequest = (
  { batch, server, round }: ServerMigrationInput,
  { jobId }: Job,
  start: number,
  { end, error }: Ended,
) => ({
  jobId,
  report: { batch, server, round, start, end, error },
});

async function startJob({ jobId, status }: Job, slots: SlotsFromBatch): Promise<void> {
  // An adopted job may be past its start.
  while (status === 'Ready' || status === 'Stopped' || status === 'InError') {
    try {
      return await startReplicationJob({ jobId });
    } catch (error) {
      if (!isQuotaRefusal(error)) throw error;
      await slots.ask(jobId, smcFailureOf(error));
    }
  }
}

async function awaitJob(input: ServerMigrationInput, job: Job, start: number): Promise<Ended> {
  const { batch, server, round, policy } = input;
  const { awaitReplicationJob } = proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: policy.jobTimeoutSeconds * 1000,
    scheduleToCloseTimeout: policy.jobTimeoutSeconds * 1000,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
  const { jobId, status, startTime } = job;
  const before = { status, startTime };
  try {
    const ended = await awaitReplicationJob({
      batch,
      server,
      round,
      jobId,
      start,
      before,
      stallTimeoutSeconds: policy.stallTimeoutSeconds,
    });
    job.startTime = ended.startTime;
    return ended;
  } catch (error) {
    if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
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

/** Makes sure the job does not run, writes the ledger where there is an image, and deletes or keeps the job. */
async function cleanUp(
  input: ServerMigrationInput,
  job: Job,
  ended: Ended | 'cancelled',
): Promise<ServerResult> {
  const { jobId } = job;
  enter('cleaning up', `Job **${jobId}**`);
  let result = resultOf(jobId, ended);
  if (ended !== 'cancelled' && ended.end === 'Gone') return endWithoutJob(input, result);
  if (result.outcome === 'failed' && result.error.code === 'UnknownStatus') {
    return endWithoutJob(input, {
      ...result,
      leftover: { jobId, why: 'unknownStatus', error: result.error },
    });
  }

  const mayRun = ended === 'cancelled' || ended.end === 'TimedOut' || ended.end === 'Unknown';
  try {
    if (mayRun) {
      const end: Ended = ended === 'cancelled' ? { end: 'Stopped' } : ended;
      const stopped = await stopReplicationJob(stopRequest(input, job, input.policy.attempts, end));
      // It was faster than we: its image is there, so the server has been migrated.
      if (stopped.status === 'Finished')
        result = { outcome: 'migrated', jobId, imageId: stopped.imageId, instanceId: stopped.instanceId };
      if (stopped.status === 'Gone') return endWithoutJob(input, result);
    }
    if (result.outcome === 'migrated') result = { ...result, note: await writeLedger(input, result) };
    if (result.outcome === 'failed' && input.policy.onFailure === 'keepJob') {
      return endWithoutJob(input, { ...result, leftover: { jobId, why: 'keptByPolicy' } });
    }
    const { batch, server, round } = input;
    await deleteReplicationJob({ jobId, report: { batch, server, round, result } });
  } catch (error) {
    return endWithoutJob(input, {
      ...result,
      leftover: { jobId, why: 'deleteFailed', error: smcFailureOf(error) },
    });
  }
  enter(result.outcome);
  return result;
}

function resultOf(jobId: string, ended: Ended | 'cancelled'): ServerResult {
  if (ended === 'cancelled') return { outcome: 'cancelled', jobId };
  if (ended.end === 'Finished')
    return { outcome: 'migrated', jobId, imageId: ended.imageId, instanceId: ended.instanceId };
  const error = ended.error ?? {
    code: `ReplicationJob.${ended.end}`,
    message: `replication job ${jobId} is ${ended.end}`,
    remedy: 'See the job in the SMC console, then retry the server.',
  };
  return { outcome: 'failed', jobId, error };
}

/** Tags the source as migrated; the image is there whether this succeeds or not, so a failure is a note. */
async function writeLedger(
  input: ServerMigrationInput,
  result: { jobId: string; imageId?: string; instanceId?: string },
): Promise<string | undefined> {
  const image = result.imageId ?? result.instanceId ?? result.jobId;
  try {
    await tagResources({
      resourceType: 'sourceserver',
      resourceIds: [input.sourceId],
      tags: [
        { key: ledgerTags.batch, value: input.batch },
        { key: ledgerTags.image, value: image },
      ],
    });
    return undefined;
  } catch (error) {
    return `the source could not be tagged as migrated: ${smcFailureOf(error).message}`;
  }
}

async function endWithoutJob(
  { batch, server, round }: ServerMigrationInput,
  result: ServerResult,
): Promise<ServerResult> {
  await CancellationScope.nonCancellable(() => tellBatch(batch, { kind: 'ended', server, round, result }));
  enter(
    result.outcome,
    result.outcome === 'failed' ? `${result.error.message}\n\n${result.error.remedy}` : undefined,
  );
  return result;
}

/** What the operator reads in the Temporal UI: the phase in the list, the details on the page. */
function enter(phase: string, details?: string): void {
  upsertSearchAttributes([{ key: smcPhase, value: phase }]);
  setCurrentDetails(`${phase}${details ? `\n\n${details}` : ''}`);
}

const isQuotaRefusal = (error: unknown) =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.details?.[1] === 'quota';

/** The SMC failure inside an activity's failure; any other error in its words. */
function smcFailureOf(error: unknown): SmcFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.details?.[0]) return cause.details[0] as SmcFailure;
  return {
    code: cause instanceof TimeoutFailure ? 'TimedOut' : 'Unexpected',
    message: cause instanceof Error ? cause.message : String(cause),
    remedy: 'See the workflow in the Temporal UI, then retry the server.',
  };
}
