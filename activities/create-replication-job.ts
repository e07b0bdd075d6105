import { createHash } from 'node:crypto';
import { type ApplicationFailure, Context } from '@temporalio/activity';
import { sourceNotReady } from '../src/inventory/source-facts';
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
  /** Unique for this creation in the account; the ClientToken is its hash. */
  creationId: string;
  job: JobSettings & { regionId: string };
}

export interface CreatedJob {
  jobId: string;
  /** The last known status of the job; a new one is Ready. */
  status: ReplicationJob['status'];
  startTime?: string;
  /** The creation time of an adopted job. */
  creationTime?: string;
  validTime?: string;
  /** The job existed before, and belongs to this server. */
  adopted: boolean;
  /** Seconds between two polls of the worker: the heartbeats of the waits for the job follow them. */
  pollIntervalSeconds?: number;
}

/**
 * Creates the server's replication job, or adopts the one that it has. The same `creationId` never makes two jobs, because it
 * gives the same ClientToken. SMC: CreateReplicationJob.
 */
export function createReplicationJob(context: ActivityContext, sources: SourceReader) {
  const { smc, pollIntervalSeconds } = context;
  const created = (input: CreateReplicationJobInput): Promise<CreatedJob> =>
    smcCall(async () => {
      const { batch, server, sourceId, creationId, job } = input;
      const { verdict, ownJob } = await judged(context, input, await sources.read(sourceId));
      if (verdict.verdict === 'adopt') return adopt(smc, ownJob!);
      if (verdict.verdict === 'migrated') throw alreadyMigrated(sourceId, verdict);
      if (verdict.verdict === 'occupied' && verdict.job.owner) throw occupied(sourceId, verdict.job);
      return callOrLook({
        // A cancellation does not end this call: a job that may have been created must be known, to be cleaned up.
        call: async (): Promise<CreatedJob> => {
          const { jobId } = await smc.createReplicationJob({
            ...job,
            sourceId,
            clientToken: createHash('sha256').update(creationId).digest('base64url'),
            tags: [...(job.tags ?? []), ...tagsOfJob(batch, server)],
          });
          return { jobId, status: 'Ready', adopted: false };
        },
        // An earlier attempt with a lost answer may have made the job: then this attempt may be refused for any reason.
        mayBeExplained: ({ class: errorClass }) =>
          errorClass === 'state' ||
          ((errorClass === 'fatal' || errorClass === 'quota') && Context.current().info.attempt > 1),
        look: () => sources.read(sourceId),
        compare: (read, refusal) => compare(smc, input, read, refusal),
      });
    });
  return async (input: CreateReplicationJobInput): Promise<CreatedJob> => ({
    ...(await created(input)),
    pollIntervalSeconds,
  });
}

/** Judges the source. Its list of jobs may lack the job that the survey has found: then that job is read by its id. */
async function judged(context: ActivityContext, input: ServerOfJob, read: SourceRead): Promise<JudgedRead> {
  const first = judgeForServer(input, read);
  const { knownJobId, sourceId } = input;
  if (first.ownJob || knownJobId === undefined) return first;
  const known = await findKnownJob(context, { knownJobId, sourceId });
  return known ? judgeForServer(input, { ...read, jobs: [...read.jobs, known] }) : first;
}

/** Adopts a job. An Expired one cannot be started: it is deleted, and a new one is created. */
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

/** The failure for a source that another batch has migrated since the survey. A job of ours stays: it must not make a second image. */
function alreadyMigrated(sourceId: string, { entry, secondJob }: Migrated): ApplicationFailure {
  const error = new SmcError({
    code: 'AlreadyMigrated',
    message: `source server ${sourceId} was ${migratedNote(entry)}`,
    remedy: 'Nothing: the server is skipped.',
  });
  return finalFailure(error, { migrated: { entry, jobId: secondJob?.jobId } });
}

/** The failure for a source with a live job of another batch. The call is not made: the other job may be about to end with an image. */
function occupied(sourceId: string, job: JudgedJob): ApplicationFailure | SmcError {
  const error = inUse(sourceId, job);
  return mayOccupantBeGone(triedTimes()) ? passingFailure(error) : error;
}

/** The error that names the owner of the source's live job. */
function inUse(sourceId: string, { jobId, status, owner }: JudgedJob, requestId?: string): SmcError {
  const whose = owner ? `of batch '${owner.batch}'` : 'of another tool';
  return new SmcError({
    code: 'SourceServer.InUse',
    message: `source server ${sourceId} has replication job ${jobId} (${status}), which is ${whose}`,
    action: 'CreateReplicationJob',
    requestId,
  });
}

/** Explains a refused creation: our own live job is adopted, and any other cause is a failure that names it. */
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
    // The state says more than the code of the refusal does.
    throw new SmcError({ ...sourceNotReady(source), action: 'CreateReplicationJob', requestId });
  }
  // The cause of the refusal may not be listed yet, or be gone. Both times are by Temporal's clock: this worker's may differ.
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  const sinceFirstMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  if (refusal.code !== 'ReplicationJobName.Duplicate' && mayRefusalBeExplained(triedTimes(), sinceFirstMs))
    throw later(refusal, 'nothing that explains it is listed yet');
  throw refusal;
}

const later = ({ facts }: SmcError, why: string) =>
  passingFailure(new SmcError({ ...facts, message: `${why}; ${facts.message}` }));
