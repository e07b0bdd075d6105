import { heartbeat } from '@temporalio/activity';
import {
  chunksOf50,
  type JudgedJob,
  judgedJob,
  type LedgerEntry,
  ownedJobs,
  readLedger,
} from '../../src/ledger';
import type { SmcClient, SourceServer } from '../../src/smc';
import type { ActivityContext } from '../calls/context';
import { smcLook } from '../calls/smc-failure';

export interface SurveyInput {
  batch: string;
  servers: { name: string; sourceId?: string; sourceName?: string }[];
}

/** What the account shows of one server of the plan, before anything is changed: evidence for `judgeSource`. */
export interface SurveyedServer {
  name: string;
  /** Ids of the sources that the plan may mean. */
  found: string[];
  /** Of the one that was found, GiB on its disks: what its migration's length is estimated from. */
  diskGiB?: number;
  /** An earlier server of the plan that has this source. */
  twin?: string;
  /** The tags of its source. */
  ledger?: LedgerEntry;
  /** Jobs with a batch's tags, on its source or with this server's tags. */
  jobs?: JudgedJob[];
}

/**
 * Finds every server's source in the account, reads the ledger on it, fifty sources a call, and the jobs of batches.
 * SMC: DescribeSourceServers, ListTagResources, DescribeReplicationJobs.
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
      const surveyed = servers.map((server) => surveyServer(server, byId, byName));
      addTwins(surveyed);
      await addLedger(smc, surveyed);
      await addJobs(smc, batch, surveyed);
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

function surveyServer(
  { name, sourceId, sourceName }: SurveyInput['servers'][number],
  byId: Map<string, SourceServer>,
  byName: Map<string, SourceServer[]>,
): SurveyedServer {
  const found = sourceId
    ? [byId.get(sourceId)].filter((s) => s !== undefined)
    : (byName.get(sourceName ?? '') ?? []);
  const ids = found.map((source) => source.sourceId);
  const [source] = found;
  if (!source || ids.length > 1) return { name, found: ids };
  const diskGiB =
    (source.systemDiskSize ?? 0) + source.dataDisks.reduce((sum, disk) => sum + (disk.size ?? 0), 0);
  return { name, found: ids, diskGiB };
}

/** The one source of a server, if it has one and is the first of the plan to have it. */
const sourceOf = ({ found, twin }: SurveyedServer) =>
  found.length === 1 && twin === undefined ? found[0] : undefined;

/** Two servers of a plan, one by id and one by name, may turn out to be the same source. */
function addTwins(surveyed: SurveyedServer[]): void {
  const first = new Map<string, string>();
  for (const server of surveyed) {
    const sourceId = sourceOf(server);
    if (sourceId === undefined) continue;
    const twin = first.get(sourceId);
    if (twin !== undefined) server.twin = twin;
    else first.set(sourceId, server.name);
  }
}

const bySource = (surveyed: SurveyedServer[]) =>
  new Map(
    surveyed.flatMap((server) => {
      const sourceId = sourceOf(server);
      return sourceId === undefined ? [] : [[sourceId, server] as const];
    }),
  );

async function addLedger(smc: SmcClient, surveyed: SurveyedServer[]): Promise<void> {
  const serverOf = bySource(surveyed);
  for (const [sourceId, entry] of await readLedger(smc, [...serverOf.keys()])) {
    const server = serverOf.get(sourceId);
    if (server) server.ledger = entry;
  }
}

/** Adds each job with the server's tags wherever it is, and what other batches have made of the server's source. */
async function addJobs(smc: SmcClient, batch: string, surveyed: SurveyedServer[]): Promise<void> {
  const byName = new Map(surveyed.map((server) => [server.name, server]));
  const serverOf = bySource(surveyed);
  for await (const { jobId, owner, job } of ownedJobs(smc)) {
    heartbeat();
    const judged = job ? judgedJob(job, owner) : { jobId, owner };
    const own = owner.batch === batch ? byName.get(owner.server ?? '') : undefined;
    const onSource = serverOf.get(job?.sourceId ?? '');
    for (const server of new Set([own, onSource])) {
      if (server) server.jobs = [...(server.jobs ?? []), judged];
    }
  }
}
