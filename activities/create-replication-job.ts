import { createHash } from 'node:crypto';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { type JobSettings, type ReplicationJob, type SmcClient, SmcError } from '../src/smc';
import { ledgerTags } from '../workflows/ids';
import type { ActivityContext } from './context';
import { smcApplicationFailure, smcCall, smcFailure } from './smc-failure';

export interface CreateReplicationJobInput {
  batch: string;
  server: string;
  sourceId: string;
  /** Names this creation among all others of the account; the ClientToken is its hash. */
  creation: string;
  job: JobSettings & { regionId: string };
  /** A job that carries this server's tags, found when the account was surveyed. */
  knownJobId?: string;
  /** An earlier round of this batch may have left a job that nobody has seen the end of. */
  isRetry?: boolean;
}

/** What the ledger says of a source that is done; the detail of an `AlreadyMigrated` failure. */
export interface AlreadyMigrated {
  batch: string;
  image?: string;
}

const alreadyMigrated = 'AlreadyMigrated';

/** So long a refusal that nothing listed explains may be explained by a late read, whatever else delays us meanwhile. */
const lateRefusalMs = 300_000;

export interface CreatedJob {
  jobId: string;
  /** What the job was last seen in; a new one is Ready. */
  status: ReplicationJob['status'];
  startTime?: string;
  /** The job was there already, and ours. */
  adopted: boolean;
}

/**
 * Creates the server's replication job, or adopts the live one that is already ours. The same `creation` never makes
 * two: the service knows its ClientToken. SMC: CreateReplicationJob.
 */
export function createReplicationJob({ smc }: ActivityContext) {
  return (input: CreateReplicationJobInput): Promise<CreatedJob> =>
    smcCall(async () => {
      const { batch, server, sourceId, creation, job } = input;
      const known = input.knownJobId
        ? await findJob(smc, input.knownJobId)
        : input.isRetry && (await ourJobOn(smc, input));
      // The plan may name another source for this server by now.
      if (known && isOn(known, sourceId) && known.status !== 'Deleting') return adopt(smc, known);
      await refuseMigrated(smc, sourceId);
      try {
        // Not ended by a cancellation: what may have been created must be known, to be cleaned up.
        const { jobId } = await smc.createReplicationJob({
          ...job,
          sourceId,
          clientToken: createHash('sha256').update(creation).digest('base64url'),
          tags: [
            ...(job.tags ?? []),
            { key: ledgerTags.batch, value: batch },
            { key: ledgerTags.server, value: server },
          ],
        });
        return { jobId, status: 'Ready', adopted: false };
      } catch (error) {
        if (!(error instanceof SmcError)) throw error;
        if (error.class === 'state') return whatStandsInTheWay(smc, input, error);
        // An earlier attempt, whose answer was lost, may have made it: it is ours, whatever this one was refused for.
        const isFinal = error.class === 'fatal' || error.class === 'quota';
        const ours = isFinal && Context.current().info.attempt > 1 && (await ourJobOn(smc, input));
        if (ours) return adopt(smc, ours);
        throw error;
      }
    });
}

/** One that has expired can do no more than make way for a new one. */
async function adopt(smc: SmcClient, { jobId, status, startTime }: ReplicationJob): Promise<CreatedJob> {
  if (status !== 'Expired') return { jobId, status, startTime, adopted: true };
  await smc.deleteReplicationJob({ jobId });
  const message = `the server's replication job ${jobId} has expired and is being deleted, for a new one`;
  throw ApplicationFailure.retryable(message, 'ReplicationJob.Expired');
}

const isOn = (job: ReplicationJob, sourceId: string) =>
  job.sourceId === undefined || job.sourceId === sourceId;

/** A Finished one before all others: its image is there. */
async function ourJobOn(
  smc: SmcClient,
  { batch, server, sourceId }: CreateReplicationJobInput,
): Promise<ReplicationJob | undefined> {
  let ours: ReplicationJob | undefined;
  for await (const job of smc.allReplicationJobs({ sourceIds: [sourceId] })) {
    if (job.sourceId !== sourceId || job.status === 'Deleting') continue;
    const owner = await ownerOf(smc, job);
    if (owner.batch !== batch || owner.server !== server) continue;
    if (job.status === 'Finished') return job;
    ours = job;
  }
  return ours;
}

async function findJob(smc: SmcClient, id: string): Promise<ReplicationJob | undefined> {
  const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [id] });
  return replicationJobs.find(({ jobId }) => jobId === id);
}

/** Another batch may have migrated the source since it was surveyed. */
async function refuseMigrated(smc: SmcClient, sourceId: string): Promise<void> {
  const tags = new Map<string, string | undefined>();
  for await (const tag of smc.allTagResources({ resourceType: 'sourceserver', resourceIds: [sourceId] })) {
    tags.set(tag.tagKey, tag.tagValue);
  }
  const batch = tags.get(ledgerTags.batch);
  if (!batch) return;
  const done: AlreadyMigrated = { batch, image: tags.get(ledgerTags.image) };
  throw ApplicationFailure.nonRetryable(
    `source server ${sourceId} was migrated in batch '${batch}'`,
    alreadyMigrated,
    done,
  );
}

/** The create was refused for the source's state: our own live job is adopted, all else is a clear failure. */
async function whatStandsInTheWay(
  smc: SmcClient,
  input: CreateReplicationJobInput,
  refusal: SmcError,
): Promise<CreatedJob> {
  const { attempt, scheduledTimestampMs } = Context.current().info;
  const later = (message: string) =>
    ApplicationFailure.retryable(
      `${message}; ${refusal.message}`,
      refusal.code,
      smcFailure(refusal),
      refusal.class,
    );

  let deleting = false;
  for await (const job of smc.allReplicationJobs({ sourceIds: [input.sourceId] })) {
    if (job.sourceId !== input.sourceId) continue;
    const { status } = job;
    if (status === 'Finished') continue;
    if (status === 'Deleting') {
      deleting = true;
      continue;
    }
    const owner = await ownerOf(smc, job);
    if (owner.batch === input.batch && owner.server === input.server) return adopt(smc, job);
    const whose = owner.batch ? `of batch '${owner.batch}'` : 'of somebody else';
    throw new SmcError({
      code: 'SourceServer.InUse',
      message: `source server ${input.sourceId} has replication job ${job.jobId} (${status}), which is ${whose}`,
      action: 'CreateReplicationJob',
      requestId: refusal.facts.requestId,
    });
  }
  if (deleting) throw later('its last job is still being deleted');
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
  const mayBeLate = attempt < 8 || Date.now() - scheduledTimestampMs < lateRefusalMs;
  if (refusal.code !== 'ReplicationJobName.Duplicate' && mayBeLate)
    throw later('nothing that explains it is listed yet');
  throw smcApplicationFailure(refusal, attempt);
}

/** SMC: StatusInfo is a JSON string that names what is wrong with a source, `S1` when it lacks rsync. */
function errorCodeIn(statusInfo = ''): string | undefined {
  return /"error_code"\s*:\s*"([^"]+)"/.exec(statusInfo)?.[1];
}

/** By its tags; where the answer has none (an older API), by the tag service. */
async function ownerOf(smc: SmcClient, job: ReplicationJob): Promise<{ batch?: string; server?: string }> {
  const tags = new Map(job.tags.map(({ key, value }) => [key, value]));
  if (tags.size === 0) {
    const asked = smc.allTagResources({ resourceType: 'replicationjob', resourceIds: [job.jobId] });
    for await (const { tagKey, tagValue } of asked) tags.set(tagKey, tagValue);
  }
  return { batch: tags.get(ledgerTags.batch), server: tags.get(ledgerTags.server) };
}
