import { createHash } from 'node:crypto';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { tagsOfJob } from '../src/ledger';
import { type JobSettings, type ReplicationJob, type SmcClient, SmcError } from '../src/smc';
import { triedTimes } from './calls/call-history';
import type { ActivityContext } from './calls/context';
import { smcApplicationFailure, smcCall, smcFailure } from './calls/smc-failure';
import { jobAbsence } from './jobs/job-absence';
import type { JobOnSource, SourceRead, SourceReader } from './sources/source-reader';

export interface CreateReplicationJobInput {
  batch: string;
  server: string;
  sourceId: string;
  /** Names this creation among all others of the account; the ClientToken is its hash. */
  creation: string;
  job: JobSettings & { regionId: string };
  /** A job that carries this server's tags, found when the account was surveyed. */
  knownJobId?: string;
}

/** Its details are a {@link LedgerEntry}, and the id of a job of ours that stays. */
const alreadyMigrated = 'AlreadyMigrated';

/** So long a refusal that nothing listed explains may be explained by a late read, whatever else delays us meanwhile. */
const lateRefusalMs = 300_000;

/** A live job of another batch is looked at so often, in some seconds: a late read may show it though it has gone. */
const looksAtOther = 4;

/** Seconds between looks at a known job that is not listed: enough of them for the time that one call may take. */
const knownJobLookSeconds = 5;

export interface CreatedJob {
  jobId: string;
  /** What the job was last seen in; a new one is Ready. */
  status: ReplicationJob['status'];
  startTime?: string;
  /** Of one that was there already. */
  creationTime?: string;
  validTime?: string;
  /** The job was there already, and ours. */
  adopted: boolean;
}

/**
 * Creates the server's replication job, or adopts the one that is already ours. The same `creation` never makes two: the
 * service knows its ClientToken. SMC: CreateReplicationJob.
 */
export function createReplicationJob(context: ActivityContext, sources: SourceReader) {
  const { smc } = context;
  return (input: CreateReplicationJobInput): Promise<CreatedJob> =>
    smcCall(async () => {
      const { batch, server, sourceId, creation, job } = input;
      const source = await sources.read(sourceId);
      const ours = ourJob(input, source) ?? (await knownJob(context, input));
      refuseMigrated(sourceId, source, ours);
      if (ours) return adopt(smc, ours);
      const other = liveJob(source);
      // It may be about to end with an image, and then make room for a second one: SMC's word would come too late.
      if (other?.owner) throw triedTimes() < looksAtOther ? mayBeGoing(other) : inUse(sourceId, other);
      try {
        // Not ended by a cancellation: what may have been created must be known, to be cleaned up.
        const { jobId } = await smc.createReplicationJob({
          ...job,
          sourceId,
          clientToken: createHash('sha256').update(creation).digest('base64url'),
          tags: [...(job.tags ?? []), ...tagsOfJob(batch, server)],
        });
        return { jobId, status: 'Ready', adopted: false };
      } catch (error) {
        if (!(error instanceof SmcError)) throw error;
        if (error.class === 'state')
          return whatStandsInTheWay(smc, input, await sources.read(sourceId), error);
        // An earlier attempt, whose answer was lost, may have made it: it is ours, whatever this one was refused for.
        const isFinal = error.class === 'fatal' || error.class === 'quota';
        const mayBeMade = isFinal && Context.current().info.attempt > 1;
        const made = mayBeMade && ourJob(input, await sources.read(sourceId));
        if (made) return adopt(smc, made);
        throw error;
      }
    });
}

/** One that has expired can do no more than make way for a new one. */
async function adopt(smc: SmcClient, job: ReplicationJob): Promise<CreatedJob> {
  const { jobId, status } = job;
  if (status !== 'Expired') return adopted(job);
  await smc.deleteReplicationJob({ jobId });
  const message = `the server's replication job ${jobId} has expired and is being deleted, for a new one`;
  throw ApplicationFailure.retryable(message, 'ReplicationJob.Expired');
}

export const adopted = ({
  jobId,
  status,
  startTime,
  creationTime,
  validTime,
}: ReplicationJob): CreatedJob => ({
  jobId,
  status,
  startTime,
  creationTime,
  validTime,
  adopted: true,
});

/** The server's job on this source, as the tags of both say; a Finished one before all others: its image is there. */
export function ourJob(input: WhoseJob, { jobs }: SourceRead): JobOnSource | undefined {
  const ours = jobs.filter((job) => job.status !== 'Deleting' && isOurs(input, job));
  return ours.find(({ status }) => status === 'Finished') ?? ours.at(-1);
}

type WhoseJob = Pick<CreateReplicationJobInput, 'batch' | 'server' | 'knownJobId'>;
const isOurs = ({ batch, server, knownJobId }: WhoseJob, { jobId, owner }: JobOnSource) =>
  jobId === knownJobId || (owner?.batch === batch && owner.server === server);

/**
 * The one that the survey has found, where the list of the source's jobs does not have it. It may be the only proof that
 * the source has been migrated: one look without it proves nothing.
 */
async function knownJob(
  context: ActivityContext,
  { knownJobId, sourceId }: CreateReplicationJobInput,
): Promise<ReplicationJob | undefined> {
  if (knownJobId === undefined) return undefined;
  const { smc, pollIntervalSeconds } = context;
  const seconds = Math.min(knownJobLookSeconds, pollIntervalSeconds);
  const absence = jobAbsence({ smc, pollIntervalSeconds: seconds }, { jobId: knownJobId, sourceId });
  for (;;) {
    const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [knownJobId] });
    const known = replicationJobs.find(({ jobId }) => jobId === knownJobId);
    if (known) {
      // The plan may name another source for this server by now.
      const isOnSource = known.sourceId === undefined || known.sourceId === sourceId;
      return isOnSource && known.status !== 'Deleting' ? known : undefined;
    }
    const { isGone, doubt } = await absence.missed();
    if (isGone) return undefined;
    if (doubt !== undefined) throw ApplicationFailure.retryable(doubt, 'ReplicationJob.NotSeen');
    await Context.current().sleep(seconds * 1000);
  }
}

/**
 * Another batch may have migrated the source since it was surveyed. What a Finished job of ours has left to do is done;
 * any other job of ours must not make a second image, and stays.
 */
function refuseMigrated(sourceId: string, { migrated }: SourceRead, ours: ReplicationJob | undefined): void {
  if (ours?.status === 'Finished') return;
  if (!migrated) return;
  throw ApplicationFailure.nonRetryable(
    `source server ${sourceId} was migrated in batch '${migrated.batch}'`,
    alreadyMigrated,
    migrated,
    ours?.jobId,
  );
}

const liveJob = ({ jobs }: SourceRead) =>
  jobs.find(({ status }) => status !== 'Finished' && status !== 'Deleting');

const mayBeGoing = ({ jobId, status }: JobOnSource) =>
  ApplicationFailure.retryable(`the source has replication job ${jobId} (${status})`, 'SourceServer.InUse');

/** Whose live job the source has. */
function inUse(sourceId: string, { jobId, status, owner }: JobOnSource, requestId?: string): SmcError {
  const whose = owner ? `of batch '${owner.batch}'` : 'of somebody else';
  return new SmcError({
    code: 'SourceServer.InUse',
    message: `source server ${sourceId} has replication job ${jobId} (${status}), which is ${whose}`,
    action: 'CreateReplicationJob',
    requestId,
  });
}

/** The create was refused for the source's state: our own live job is adopted, all else is a clear failure. */
async function whatStandsInTheWay(
  smc: SmcClient,
  input: CreateReplicationJobInput,
  look: SourceRead,
  refusal: SmcError,
): Promise<CreatedJob> {
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  const later = (message: string) =>
    ApplicationFailure.retryable(
      `${message}; ${refusal.message}`,
      refusal.code,
      smcFailure(refusal),
      refusal.class,
    );

  const ours = ourJob(input, look);
  if (ours) return adopt(smc, ours);
  const other = liveJob(look);
  if (other) throw inUse(input.sourceId, other, refusal.facts.requestId);
  if (look.jobs.some(({ status }) => status === 'Deleting'))
    throw later('its last job is still being deleted');
  const { sourceServers } = await smc.describeSourceServers({ sourceIds: [input.sourceId] });
  const source = sourceServers.find(({ sourceId }) => sourceId === input.sourceId);
  if (source && source.state !== 'Available' && source.state !== 'InUse' && source.state !== 'Active') {
    throw new SmcError({
      code: source.errorCode ?? errorCodeIn(source.statusInfo) ?? 'SourceServer.Offline',
      message: `source server ${input.sourceId} is ${source.state}${source.statusInfo ? ` ${source.statusInfo}` : ''}, so ${refusal.code}`,
      action: 'CreateReplicationJob',
      requestId: refusal.facts.requestId,
    });
  }
  // Reads lag: what refused us may not be listed yet, or be gone by now.
  // Both by the server's clock: this worker's may differ.
  const triedMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  const mayBeLate = triedTimes() < 8 || triedMs < lateRefusalMs;
  if (refusal.code !== 'ReplicationJobName.Duplicate' && mayBeLate)
    throw later('nothing that explains it is listed yet');
  throw smcApplicationFailure(refusal);
}

/** SMC: StatusInfo is a JSON string that names what is wrong with a source, `S1` when it lacks rsync. */
function errorCodeIn(statusInfo = ''): string | undefined {
  return /"error_code"\s*:\s*"([^"]+)"/.exec(statusInfo)?.[1];
}
