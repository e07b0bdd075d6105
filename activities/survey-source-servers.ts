import { heartbeat } from '@temporalio/activity';
import { isKnownStatus, type SmcClient, SmcError, type SourceServer } from '../src/smc';
import { ledgerTags } from '../workflows/ids';
import type { SmcFailure } from '../workflows/messages';
import type { ActivityContext } from './context';
import { smcCall, smcFailure } from './smc-failure';

export interface SurveyInput {
  batch: string;
  servers: { name: string; sourceId?: string; sourceName?: string }[];
}

/** What the account says about one server of the plan, before anything is changed. */
export interface SurveyedServer {
  name: string;
  sourceId?: string;
  /** GiB on its disks: what its migration's length is estimated from. */
  diskGiB?: number;
  /** The ledger says it has been migrated. */
  done?: { batch: string; image?: string };
  /** A job of its source that carries this batch's and this server's tags: an earlier life of the batch made it. */
  jobId?: string;
  /** It was Running, or in a status that this version does not know. */
  jobRuns?: boolean;
  /** It was Finished. */
  jobHasFinished?: boolean;
  /** It cannot be migrated at all. */
  error?: SmcFailure;
}

/**
 * Finds every server's source in the account and reads the ledger on it, fifty sources a call.
 * SMC: DescribeSourceServers, ListTagResources.
 */
export function surveySourceServers({ smc }: ActivityContext) {
  return ({ batch, servers }: SurveyInput): Promise<SurveyedServer[]> =>
    smcCall(async () => {
      const byId = new Map<string, SourceServer>();
      const byName = new Map<string, SourceServer[]>();
      for await (const source of neededSources(smc, servers)) {
        if (byId.has(source.sourceId)) continue;
        byId.set(source.sourceId, source);
        if (source.name) byName.set(source.name, [...(byName.get(source.name) ?? []), source]);
        heartbeat();
      }
      const surveyed = servers.map((server) => surveyed1(server, byId, byName));
      refuseTwins(surveyed);
      await readLedger(smc, surveyed);
      await findOurJobs(smc, batch, surveyed);
      return surveyed;
    });
}

/** By id in chunks; a name has no exact filter to rely on, so one name means reading the whole account. */
async function* neededSources(smc: SmcClient, servers: SurveyInput['servers']): AsyncGenerator<SourceServer> {
  if (servers.some(({ sourceId }) => sourceId === undefined)) {
    yield* smc.allSourceServers({});
    return;
  }
  const ids = servers.map(({ sourceId }) => sourceId as string);
  for (const sourceIds of chunks(ids, 50))
    yield* (await smc.describeSourceServers({ sourceIds, pageSize: 50 })).sourceServers;
}

function surveyed1(
  server: SurveyInput['servers'][number],
  byId: Map<string, SourceServer>,
  byName: Map<string, SourceServer[]>,
): SurveyedServer {
  const { name, sourceId, sourceName } = server;
  const found = sourceId
    ? [byId.get(sourceId)].filter((s) => s !== undefined)
    : (byName.get(sourceName ?? '') ?? []);
  const [source, another] = found;
  if (!source) {
    return {
      name,
      sourceId,
      error: failure(
        'SourceServer.NotFound',
        `the account has no source server ${sourceId ?? `named '${sourceName}'`}`,
      ),
    };
  }
  if (another) {
    const ids = found.map((s) => s.sourceId).join(', ');
    return {
      name,
      error: failure(
        'SourceServer.Ambiguous',
        `the account has several source servers named '${sourceName}': ${ids}`,
      ),
    };
  }
  const diskGiB =
    (source.systemDiskSize ?? 0) + source.dataDisks.reduce((sum, disk) => sum + (disk.size ?? 0), 0);
  return { name, sourceId: source.sourceId, diskGiB };
}

/** Two servers of a plan, one by id and one by name, may turn out to be the same source: the second is refused. */
function refuseTwins(surveyed: SurveyedServer[]): void {
  const first = new Map<string, string>();
  for (const server of surveyed) {
    if (!server.sourceId || server.error) continue;
    const twin = first.get(server.sourceId);
    if (twin)
      server.error = failure(
        'SourceServer.Ambiguous',
        `source server ${server.sourceId} is already '${twin}' in this plan`,
      );
    else first.set(server.sourceId, server.name);
  }
}

async function readLedger(smc: SmcClient, surveyed: SurveyedServer[]): Promise<void> {
  const bySource = new Map(
    surveyed.filter((s) => s.sourceId && !s.error).map((s) => [s.sourceId as string, s]),
  );
  for (const resourceIds of chunks([...bySource.keys()], 50)) {
    const tags = smc.allTagResources({ resourceType: 'sourceserver', resourceIds });
    for await (const { resourceId, tagKey, tagValue } of tags) {
      const server = bySource.get(resourceId);
      if (!server || tagValue === undefined) continue;
      if (tagKey === ledgerTags.batch) server.done = { ...server.done, batch: tagValue };
      if (tagKey === ledgerTags.image) server.done = { batch: '', ...server.done, image: tagValue };
    }
    heartbeat();
  }
}

/**
 * Also a Finished one: its image is there, only the ledger does not say so yet. One of another source is none of this
 * server's: the plan was changed since.
 */
async function findOurJobs(smc: SmcClient, batch: string, surveyed: SurveyedServer[]): Promise<void> {
  const jobIds = new Set<string>();
  const tags = [{ key: ledgerTags.batch, value: batch }];
  for await (const { resourceId } of smc.allTagResources({ resourceType: 'replicationjob', tags }))
    jobIds.add(resourceId);
  const byName = new Map(surveyed.map((server) => [server.name, server]));
  const rankOf = new Map<SurveyedServer, number>();
  for (const resourceIds of chunks([...jobIds], 50)) {
    const serverOf = new Map<string, SurveyedServer | undefined>();
    for await (const tag of smc.allTagResources({ resourceType: 'replicationjob', resourceIds })) {
      if (tag.tagKey === ledgerTags.server) serverOf.set(tag.resourceId, byName.get(tag.tagValue ?? ''));
    }
    // One that is not listed yet may still be the only one.
    for (const [jobId, server] of serverOf) if (server) server.jobId ??= jobId;
    const page = await smc.describeReplicationJobs({ jobIds: resourceIds, pageSize: 50 });
    for (const { jobId, sourceId, status } of page.replicationJobs) {
      const server = serverOf.get(jobId);
      if (!server) continue;
      if (server.sourceId !== (sourceId ?? server.sourceId)) {
        if (server.jobId === jobId) server.jobId = undefined;
        continue;
      }
      const rank = adoptionOrder.indexOf(status);
      if (rank < (rankOf.get(server) ?? -1)) continue;
      rankOf.set(server, rank);
      server.jobId = jobId;
      server.jobHasFinished = status === 'Finished' || undefined;
      server.jobRuns = status === 'Running' || !isKnownStatus(status) || undefined;
    }
    heartbeat();
  }
}

/** Of several jobs, the last of these; any other status comes before them. */
const adoptionOrder = [
  'Deleting',
  'Expired',
  'InError',
  'Stopped',
  'Ready',
  'Waiting',
  'Running',
  'Finished',
];

const failure = (code: string, message: string): SmcFailure =>
  smcFailure(new SmcError({ code, message, action: 'DescribeSourceServers' }));

function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
