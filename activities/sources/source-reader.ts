import DataLoader from 'dataloader';
import { type JobOwner, jobOwners, type LedgerEntry, readLedger } from '../../src/ledger';
import { isAboutIdentity, type ReplicationJob, type SmcClient, SmcError } from '../../src/smc';

/** A replication job on a source, and whose it is. */
export interface JobOnSource extends ReplicationJob {
  owner?: JobOwner;
}

/** What the account says of a source before a job is made for it. */
export interface SourceRead {
  /** What its tags say. */
  ledger?: LedgerEntry;
  jobs: JobOnSource[];
}

/** One reader for all activities of a worker process: questions asked at about the same time are answered by one read. */
export interface SourceReader {
  /** The source as it is read after the call. SMC: DescribeReplicationJobs, ListTagResources. */
  read(sourceId: string): Promise<SourceRead>;
  /** The same of the source's tags alone. SMC: ListTagResources. */
  ledgerOf(sourceId: string): Promise<LedgerEntry | undefined>;
}

/** Servers that start, or end, at the same tick of the poller ask within this; their jobs take minutes at least. */
const gatherMs = 100;
/** SMC: 50 sources a call. */
const mostAtOnce = 50;

export function createSourceReader(smc: SmcClient): SourceReader {
  const sources = gathered((sourceIds) => readSources(smc, sourceIds));
  const ledger = gathered((sourceIds) => readLedger(smc, sourceIds));
  return {
    read: async (sourceId) => (await sources.load(sourceId))!,
    ledgerOf: (sourceId) => ledger.load(sourceId),
  };
}

/** Nothing is kept: what is read is newer than the question. */
const gathered = <T>(read: (sourceIds: string[]) => Promise<Map<string, T>>) =>
  new DataLoader<string, T | undefined>((sourceIds) => readTogether(sourceIds, read), {
    cache: false,
    maxBatchSize: mostAtOnce,
    batchScheduleFn: (go) => setTimeout(go, gatherMs),
  });

/** One source that SMC refuses must not stand for all: each is read by itself then. */
async function readTogether<T>(
  sourceIds: readonly string[],
  read: (sourceIds: string[]) => Promise<Map<string, T>>,
): Promise<(T | undefined | Error)[]> {
  try {
    const all = await read([...new Set(sourceIds)]);
    return sourceIds.map((sourceId) => all.get(sourceId));
  } catch (error) {
    if (sourceIds.length === 1 || !(error instanceof SmcError && mayBeOfOne(error))) throw error;
    const each = sourceIds.map((sourceId) => readTogether([sourceId], read).then(([one]) => one));
    return Promise.all(each.map((one) => one.catch((reason: Error) => reason)));
  }
}

/** Also a permission may be missing for one source alone. */
const mayBeOfOne = (error: SmcError) =>
  error.class === 'fatal' || (error.class === 'account' && !isAboutIdentity(error.code));

async function readSources(smc: SmcClient, sourceIds: string[]): Promise<Map<string, SourceRead>> {
  // The tags last: they are written before the job goes, so a source that is just being done shows one or the other.
  const listed = await jobsOn(smc, sourceIds);
  const ledger = await readLedger(smc, sourceIds);
  const owners = await jobOwners(smc, listed);
  const owned = listed.map((job) => ({ ...job, owner: owners.get(job.jobId) }));
  return new Map(
    sourceIds.map((sourceId) => {
      const jobs = owned.filter((job) => job.sourceId === sourceId);
      return [sourceId, { ledger: ledger.get(sourceId), jobs }];
    }),
  );
}

async function jobsOn(smc: SmcClient, sourceIds: string[]): Promise<ReplicationJob[]> {
  const jobs: ReplicationJob[] = [];
  for await (const job of smc.allReplicationJobs({ sourceIds })) jobs.push(job);
  return jobs;
}
