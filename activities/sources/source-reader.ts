import DataLoader from 'dataloader';
import { type JobOwner, jobOwners, type LedgerEntry, readLedger } from '../../src/ledger';
import { isAboutIdentity, type ReplicationJob, type SmcClient, SmcError } from '../../src/smc';

/** A replication job on a source, with its owner. */
export interface JobOnSource extends ReplicationJob {
  owner?: JobOwner;
}

/** The state of a source before a job is created for it. */
export interface SourceRead {
  /** The ledger in its tags. */
  ledger?: LedgerEntry;
  jobs: JobOnSource[];
}

/** The reader of sources for all activities of a worker process: calls at about the same time share one read. */
export interface SourceReader {
  /** Reads a source after this call. SMC: DescribeReplicationJobs, ListTagResources. */
  read(sourceId: string): Promise<SourceRead>;
  /** Reads only the tags of a source after this call. SMC: ListTagResources. */
  ledgerOf(sourceId: string): Promise<LedgerEntry | undefined>;
}

/** Calls that come while a read is under way share the next one, which begins after this time at the latest. */
const mostWaitMs = 100;
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

/** A reader that gathers calls while it reads. It keeps no result: each read is newer than the calls that it answers. */
function gathered<T>(read: (sourceIds: string[]) => Promise<Map<string, T>>) {
  let underWay: Promise<unknown> = Promise.resolve();
  const readAll = (sourceIds: readonly string[]) => {
    const reading = readTogether(sourceIds, read);
    underWay = reading.catch(() => undefined);
    return reading;
  };
  return new DataLoader<string, T | undefined>(readAll, {
    cache: false,
    maxBatchSize: mostAtOnce,
    batchScheduleFn: (go) => {
      let isDue = false;
      const once = () => {
        if (!isDue) go();
        isDue = true;
      };
      const latest = setTimeout(once, mostWaitMs);
      void underWay.then(() => {
        clearTimeout(latest);
        once();
      });
    },
  });
}

/** Reads several sources together. When SMC refuses that for one of them, each source is read by itself. */
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

/** Whether the refusal may be for one of the sources; a permission may be missing for one source, too. */
const mayBeOfOne = (error: SmcError) =>
  error.class === 'fatal' || (error.class === 'account' && !isAboutIdentity(error.code));

async function readSources(smc: SmcClient, sourceIds: string[]): Promise<Map<string, SourceRead>> {
  // The tags are read last: they are written before the job is deleted, so a source that is just migrated shows one of the two.
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
