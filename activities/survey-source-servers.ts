import { heartbeat } from '@temporalio/activity';
import { chunksOf50, type LedgerEntry, migratedBy, ownedJobs, readLedger } from '../src/ledger';
import { mayRun, type SmcClient, SmcError, type SourceServer } from '../src/smc';
import type { SmcFailure } from '../workflows/messages';
import type { ActivityContext } from './context';
import { smcFailure, smcLook } from './smc-failure';

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
  done?: LedgerEntry;
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
    smcLook(async () => {
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
      await noteMigrated(smc, surveyed);
      await noteJobs(smc, batch, surveyed);
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
  for (const sourceIds of chunksOf50(ids))
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

/** Those that can be migrated, by their sources. */
const bySource = (surveyed: SurveyedServer[]) =>
  new Map(surveyed.filter(({ error }) => !error).map((server) => [server.sourceId, server]));

async function noteMigrated(smc: SmcClient, surveyed: SurveyedServer[]): Promise<void> {
  const serverOf = bySource(surveyed);
  const sourceIds = [...serverOf.keys()].filter((id) => id !== undefined);
  for (const [sourceId, entry] of await readLedger(smc, sourceIds)) {
    const server = serverOf.get(sourceId);
    if (server) server.done = entry;
  }
}

/**
 * Notes the server's own job, also a Finished one: its image is there, only the ledger does not say so yet. One of
 * another source is none of this server's: the plan was changed since. A Finished one of somebody else among the batches
 * tells that the source has been migrated.
 */
async function noteJobs(smc: SmcClient, batch: string, surveyed: SurveyedServer[]): Promise<void> {
  const byName = new Map(surveyed.map((server) => [server.name, server]));
  const serverOf = bySource(surveyed);
  const rankOf = new Map<SurveyedServer, number>();
  for await (const { jobId, owner, job } of ownedJobs(smc)) {
    heartbeat();
    const server = owner.batch === batch ? byName.get(owner.server ?? '') : undefined;
    const sourceId = job?.sourceId ?? server?.sourceId;
    if (server && server.sourceId === sourceId) {
      // One that is not listed yet may still be the only one.
      const rank = job ? adoptionOrder.indexOf(job.status) : -2;
      if (rank < (rankOf.get(server) ?? -2)) continue;
      rankOf.set(server, rank);
      server.jobId = jobId;
      server.jobHasFinished = job?.status === 'Finished' || undefined;
      server.jobRuns = (job && mayRun(job)) || undefined;
    } else if (job) {
      const migrated = sourceId && serverOf.get(sourceId);
      if (migrated) migrated.done ??= migratedBy(job, owner);
    }
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
