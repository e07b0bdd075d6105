import { createHash } from 'node:crypto';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { type JobSettings, type ReplicationJob, type SmcClient, SmcError } from '../src/smc';
import { ledgerTags } from '../workflows/ids';
import type { ActivityContext } from './context';
import { knownStatus } from './replication-job-poller';
import { smcApplicationFailure, smcCall } from './smc-failure';

export interface CreateReplicationJobInput {
  batch: string;
  server: string;
  sourceId: string;
  /** Names this creation among all others of the account; the ClientToken is its hash. */
  creation: string;
  job: JobSettings & { regionId: string };
}

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
        if (!(error instanceof SmcError) || error.class !== 'state') throw error;
        return whatStandsInTheWay(smc, input, error);
      }
    });
}

/** The create was refused for the source's state: our own live job is adopted, all else is a clear failure. */
async function whatStandsInTheWay(
  smc: SmcClient,
  input: CreateReplicationJobInput,
  refusal: SmcError,
): Promise<CreatedJob> {
  const { attempt } = Context.current().info;
  const later = (message: string) =>
    ApplicationFailure.retryable(`${message}; ${refusal.message}`, refusal.code, undefined, refusal.class);

  let deleting = false;
  for await (const job of smc.allReplicationJobs({ sourceIds: [input.sourceId] })) {
    if (job.sourceId !== input.sourceId) continue;
    const status = knownStatus(job);
    if (status === 'Finished') continue;
    if (status === 'Deleting') {
      deleting = true;
      continue;
    }
    if (await isOurs(smc, job, input))
      return { jobId: job.jobId, status, startTime: job.startTime, adopted: true };
    throw new SmcError({
      code: 'SourceServer.InUse',
      message: `source server ${input.sourceId} has replication job ${job.jobId} (${status}), which is not of this batch`,
      action: 'CreateReplicationJob',
      requestId: refusal.facts.requestId,
    });
  }
  if (deleting) throw later('its last job is still being deleted');
  const { sourceServers } = await smc.describeSourceServers({ sourceIds: [input.sourceId] });
  const source = sourceServers.find(({ sourceId }) => sourceId === input.sourceId);
  if (source && source.state !== 'Available' && source.state !== 'InUse' && source.state !== 'Active') {
    throw new SmcError({
      code: source.errorCode ?? 'SourceServer.Offline',
      message: `source server ${input.sourceId} is ${source.state}${source.statusInfo ? ` ${source.statusInfo}` : ''}, so ${refusal.code}`,
      action: 'CreateReplicationJob',
      requestId: refusal.facts.requestId,
    });
  }
  // Reads lag: what refused us may not be listed yet, or be gone by now.
  if (refusal.code !== 'ReplicationJobName.Duplicate' && attempt < 8)
    throw later('nothing that explains it is listed yet');
  throw smcApplicationFailure(refusal, attempt);
}

/** Ours by its tags; where the answer has none (an older API), by the tag service. */
async function isOurs(
  smc: SmcClient,
  job: ReplicationJob,
  { batch, server }: CreateReplicationJobInput,
): Promise<boolean> {
  const tags = job.tags.map(({ key, value }) => [key, value]);
  if (tags.length === 0) {
    for await (const tag of smc.allTagResources({
      resourceType: 'replicationjob',
      resourceIds: [job.jobId],
    })) {
      tags.push([tag.tagKey, tag.tagValue]);
    }
  }
  const found = new Map(tags as [string, string][]);
  return found.get(ledgerTags.batch) === batch && found.get(ledgerTags.server) === server;
}
