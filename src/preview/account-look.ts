import { ledgerTags } from '../../workflows/ids';
import { allSources, type LedgerEntry, readLedger, type SourceFacts, sourcesById } from '../inventory';
import type { Plan } from '../plan';
import type { ReplicationJob, SmcClient } from '../smc';

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
}

export interface JobOwner {
  batch: string;
  server?: string;
}

/** Reads what the plan is about. SMC: DescribeSourceServers, DescribeReplicationJobs, ListTagResources. */
export async function lookAtAccount(smc: SmcClient, plan: Plan): Promise<AccountLook> {
  const ids = plan.servers.map(({ sourceId }) => sourceId);
  // A name has no exact filter to rely on, so one name means reading the whole account.
  const sources = ids.every((id) => id !== undefined) ? await sourcesById(smc, ids) : await allSources(smc);
  const byId = new Map(sources.map((source) => [source.sourceId, source]));
  const byName = new Map<string, SourceFacts[]>();
  for (const source of sources) {
    if (source.name) byName.set(source.name, [...(byName.get(source.name) ?? []), source]);
  }
  const wanted = plan.servers.flatMap(({ sourceId, sourceName }) =>
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
    owners: await readOwners(smc, jobs),
  };
}

/** Newer answers carry the tags; for older ones the tag service is asked. */
async function readOwners(smc: SmcClient, jobs: ReplicationJob[]): Promise<Map<string, JobOwner>> {
  const owners = new Map<string, JobOwner>();
  const note = (jobId: string, key: string | undefined, value: string | undefined) => {
    if (!value) return;
    if (key === ledgerTags.batch) owners.set(jobId, { ...owners.get(jobId), batch: value });
    if (key === ledgerTags.server) owners.set(jobId, { batch: '', ...owners.get(jobId), server: value });
  };
  for (const { jobId, tags } of jobs) for (const { key, value } of tags) note(jobId, key, value);
  if (jobs.some(({ tags }) => tags.length > 0)) return owners;
  for (let i = 0; i < jobs.length; i += 50) {
    const resourceIds = jobs.slice(i, i + 50).map(({ jobId }) => jobId);
    const tags = smc.allTagResources({ resourceType: 'replicationjob', resourceIds });
    for await (const { resourceId, tagKey, tagValue } of tags) note(resourceId, tagKey, tagValue);
  }
  return owners;
}
