import { allSources, type SourceFacts, sourcesById } from '../inventory';
import { type EarlierMigration, type JobOwner, jobOwners, type LedgerEntry, readLedger } from '../ledger';
import type { Plan } from '../plan';
import type { ReplicationJob, SmcClient } from '../smc';
import type { RunningBatch } from './running-batch';

/** Everything of the account that a preview judges by, read once. */
export interface AccountLook {
  sourcesById: Map<string, SourceFacts>;
  sourcesByName: Map<string, SourceFacts[]>;
  /** By source id. */
  ledger: Map<string, LedgerEntry>;
  /** Every replication job of the account. */
  jobs: ReplicationJob[];
  /** Whose a job is, by its id; jobs of other tools are not in it. */
  owners: Map<string, JobOwner>;
  /** What Temporal knows of the batch from before; absent where it was not asked, or does not answer. */
  earlier?: EarlierRuns;
  /** Where a batch of this name runs, and answers. */
  batch?: RunningBatch;
  /** It is a simulated account, whose time runs so fast; 0: its time stands still. */
  simulatedSpeed?: number;
}

/** Servers of the batch that are at work, and those that were migrated. */
export interface EarlierRuns {
  running: { server: string; sourceId?: string }[];
  migrations: EarlierMigration[];
}

/** By their ids; where one is not there all sources are read, because the preview says which one may be meant. */
async function neededSources(smc: SmcClient, ids: readonly string[]): Promise<SourceFacts[]> {
  const found = await sourcesById(smc, ids);
  return found.length < new Set(ids).size ? allSources(smc) : found;
}

/** Reads what the plan is about. SMC: DescribeSourceServers, DescribeReplicationJobs, ListTagResources. */
export async function lookAtAccount(smc: SmcClient, plan: Plan): Promise<AccountLook> {
  // Of a server that is declared done the account is not asked.
  const servers = plan.servers.filter(({ done }) => done === undefined);
  const ids = servers.map(({ sourceId }) => sourceId);
  // A name has no exact filter to rely on, so one name means reading the whole account.
  const sources = ids.every((id) => id !== undefined) ? await neededSources(smc, ids) : await allSources(smc);
  const byId = new Map(sources.map((source) => [source.sourceId, source]));
  const byName = new Map<string, SourceFacts[]>();
  for (const source of sources) {
    if (source.name) byName.set(source.name, [...(byName.get(source.name) ?? []), source]);
  }
  const wanted = servers.flatMap(({ sourceId, sourceName }) =>
    (sourceId !== undefined ? [byId.get(sourceId)] : (byName.get(sourceName ?? '') ?? [])).flatMap(
      (source) => (source ? [source.sourceId] : []),
    ),
  );
  const jobs: ReplicationJob[] = [];
  for await (const job of smc.allReplicationJobs({})) jobs.push(job);
  return {
    sourcesById: byId,
    sourcesByName: byName,
    ledger: await readLedger(smc, wanted),
    jobs,
    owners: await jobOwners(smc, jobs),
    simulatedSpeed: smc.simulatedSpeed(),
  };
}
