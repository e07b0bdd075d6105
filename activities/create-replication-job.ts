import { createHash } from 'node:crypto';
import { type ApplicationFailure, Context } from '@temporalio/activity';
import { type JudgedJob, migratedNote, type SourceVerdict, tagsOfJob } from '../src/ledger';
import {
  type JobSettings,
  mayOccupantBeGone,
  mayRefusalBeExplained,
  type ReplicationJob,
  type SmcClient,
  SmcError,
} from '../src/smc';
import { triedTimes } from './calls/call-history';
import { callOrLook } from './calls/call-or-look';
import type { ActivityContext } from './calls/context';
import { finalFailure, passingFailure, smcCall } from './calls/smc-failure';
import { findKnownJob } from './jobs/find-known-job';
import { type JudgedRead, judgeForServer, type ServerOfJob } from './sources/judge-for-server';
import type { SourceRead, SourceReader } from './sources/source-reader';

export interface CreateReplicationJobInput extends ServerOfJob {
  /** Names this creation among all others of the account; the ClientToken is its hash. */
  creationId: string;
  job: JobSettings & { regionId: string };
}

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
      const { batch, server, sourceId, creationId, job } = input;
      const { verdict, ownJob } = await judged(context, input, await sources.read(sourceId));
      if (verdict.verdict === 'adopt') return adopt(smc, ownJob!);
      if (verdict.verdict === 'migrated') throw alreadyMigrated(sourceId, verdict);
      if (verdict.verdict === 'occupied' && verdict.job.owner) throw occupied(sourceId, verdict.job);
      return callOrLook({
        // Not ended by a cancellation: what may have been created must be known, to be cleaned up.
        call: async (): Promise<CreatedJob> => {
          const { jobId } = await smc.createReplicationJob({
            ...job,
            sourceId,
            clientToken: createHash('sha256').update(creationId).digest('base64url'),
            tags: [...(job.tags ?? []), ...tagsOfJob(batch, server)],
          });
          return { jobId, status: 'Ready', adopted: false };
        },
        // An earlier attempt, whose answer was lost, may have made it, whatever this one is refused for.
        mayBeExplained: ({ class: errorClass }) =>
          errorClass === 'state' ||
          ((errorClass === 'fatal' || errorClass === 'quota') && Context.current().info.attempt > 1),
        look: () => sources.read(sourceId),
        compare: (read, refusal) => compare(smc, input, read, refusal),
      });
    });
}

/** The source's list of jobs may lack the one that the survey has found. */
async function judged(context: ActivityContext, input: ServerOfJob, read: SourceRead): Promise<JudgedRead> {
  const first = judgeForServer(input, read);
  const { knownJobId, sourceId } = input;
  if (first.ownJob || knownJobId === undefined) return first;
  const known = await findKnownJob(context, { knownJobId, sourceId });
  return known ? judgeForServer(input, { ...read, jobs: [...read.jobs, known] }) : first;
}

/** An Expired job can only make way for a new one. */
async function adopt(smc: SmcClient, job: ReplicationJob): Promise<CreatedJob> {
  const { jobId, status } = job;
  if (status !== 'Expired') return adopted(job);
  await smc.deleteReplicationJob({ jobId });
  const message = `the server's replication job ${jobId} has expired and is being deleted, for a new one`;
  throw passingFailure(new SmcError({ code: 'ReplicationJob.Expired', message }));
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

type Migrated = Extract<SourceVerdict, { verdict: 'migrated' }>;

/** Another batch may have migrated the source since it was surveyed. A job of ours must not make a second image, and stays. */
function alreadyMigrated(sourceId: string, { entry, secondJob }: Migrated): ApplicationFailure {
  const error = new SmcError({
    code: 'AlreadyMigrated',
    message: `source server ${sourceId} was ${migratedNote(entry)}`,
    remedy: 'Nothing: the server is skipped.',
  });
  return finalFailure(error, { migrated: { entry, jobId: secondJob?.jobId } });
}

/** The source has a live job of another batch, which may be about to end with an image: SMC's refusal would come too late. */
function occupied(sourceId: string, job: JudgedJob): ApplicationFailure | SmcError {
  const error = inUse(sourceId, job);
  return mayOccupantBeGone(triedTimes()) ? passingFailure(error) : error;
}

/** Whose live job the source has. */
function inUse(sourceId: string, { jobId, status, owner }: JudgedJob, requestId?: string): SmcError {
  const whose = owner ? `of batch '${owner.batch}'` : 'of somebody else';
  return new SmcError({
    code: 'SourceServer.InUse',
    message: `source server ${sourceId} has replication job ${jobId} (${status}), which is ${whose}`,
    action: 'CreateReplicationJob',
    requestId,
  });
}

/** The creation was refused: our own live job is adopted, all else is a clear failure. */
async function compare(
  smc: SmcClient,
  input: CreateReplicationJobInput,
  read: SourceRead,
  refusal: SmcError,
): Promise<CreatedJob> {
  const { sourceId } = input;
  const { requestId } = refusal.facts;
  const { verdict, ownJob } = judgeForServer(input, read);
  if (verdict.verdict === 'adopt') return adopt(smc, ownJob!);
  if (refusal.class !== 'state') throw refusal;
  if (verdict.verdict === 'migrated') throw alreadyMigrated(sourceId, verdict);
  if (verdict.verdict === 'occupied') throw inUse(sourceId, verdict.job, requestId);
  if (read.jobs.some(({ status }) => status === 'Deleting'))
    throw later(refusal, 'its last job is still being deleted');
  const { sourceServers } = await smc.describeSourceServers({ sourceIds: [sourceId] });
  const source = sourceServers.find((listed) => listed.sourceId === sourceId);
  if (source && source.state !== 'Available' && source.state !== 'InUse' && source.state !== 'Active') {
    throw new SmcError({
      code: source.errorCode ?? errorCodeIn(source.statusInfo) ?? 'SourceServer.Offline',
      message: `source server ${sourceId} is ${source.state}${source.statusInfo ? ` ${source.statusInfo}` : ''}, so ${refusal.code}`,
      action: 'CreateReplicationJob',
      requestId,
    });
  }
  // What refused us may not be listed yet, or be gone by now. Both times are the server's: this worker's clock may differ.
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  const sinceFirstMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  if (refusal.code !== 'ReplicationJobName.Duplicate' && mayRefusalBeExplained(triedTimes(), sinceFirstMs))
    throw later(refusal, 'nothing that explains it is listed yet');
  throw refusal;
}

const later = ({ facts }: SmcError, why: string) =>
  passingFailure(new SmcError({ ...facts, message: `${why}; ${facts.message}` }));

/** SMC: StatusInfo is a JSON string that names what is wrong with a source, `S1` when it lacks rsync. */
function errorCodeIn(statusInfo = ''): string | undefined {
  return /"error_code"\s*:\s*"([^"]+)"/.exec(statusInfo)?.[1];
}
