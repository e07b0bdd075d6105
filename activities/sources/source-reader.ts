import { type JobOwner, jobOwners, type LedgerEntry, migratedByOneOf, readLedger } from '../../src/ledger';
import { isAboutIdentity, type ReplicationJob, type SmcClient, SmcError } from '../../src/smc';

/** A replication job on a source, and whose it is. */
export interface JobOnSource extends ReplicationJob {
  owner?: JobOwner;
}

/** What the account says of a source before a job is made for it. */
export interface SourceRead {
  /** Its tags, or a Finished job of a batch, say that it has been migrated. */
  migrated?: LedgerEntry;
  jobs: JobOnSource[];
}

/** One reader for all activities of a worker process: what is asked at about the same time is answered by one read. */
export interface SourceReader {
  /** What is read after this was asked. SMC: DescribeReplicationJobs, ListTagResources. */
  read(sourceId: string): Promise<SourceRead>;
  /** The same of the source's tags alone. SMC: ListTagResources. */
  ledgerOf(sourceId: string): Promise<LedgerEntry | undefined>;
}

/** Servers that start, or end, at the same tick of the poller ask within this; their jobs take minutes at least. */
const gatherMs = 100;
/** SMC: 50 sources a call. */
const mostAtOnce = 50;

export function createSourceReader(smc: SmcClient): SourceReader {
  return {
    read: gathered((sourceIds) => readSources(smc, sourceIds)),
    ledgerOf: gathered((sourceIds) => readLedger(smc, sourceIds)),
  };
}

function gathered<T>(
  read: (sourceIds: string[]) => Promise<Map<string, T>>,
): (sourceId: string) => Promise<T> {
  let gathering: { ids: Set<string>; reads: Promise<Map<string, T>> } | undefined;
  const gather = () => {
    const ids = new Set<string>();
    const reads = new Promise((resolve) => setTimeout(resolve, gatherMs)).then(() => {
      if (gathering?.ids === ids) gathering = undefined;
      return read([...ids]);
    });
    return { ids, reads };
  };
  return async (sourceId) => {
    gathering ??= gather();
    const { ids, reads } = gathering;
    ids.add(sourceId);
    if (ids.size === mostAtOnce) gathering = undefined;
    const all = await reads.catch((error: unknown) => {
      // One source that SMC refuses must not stand for all.
      if (ids.size > 1 && error instanceof SmcError && mayBeOfOne(error)) return read([sourceId]);
      throw error;
    });
    return all.get(sourceId) as T;
  };
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
      return [sourceId, { migrated: ledger.get(sourceId) ?? migratedByOneOf(jobs, owners), jobs }];
    }),
  );
}

async function jobsOn(smc: SmcClient, sourceIds: string[]): Promise<ReplicationJob[]> {
  const jobs: ReplicationJob[] = [];
  for await (const job of smc.allReplicationJobs({ sourceIds })) jobs.push(job);
  return jobs;
}
