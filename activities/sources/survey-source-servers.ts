import { heartbeat } from '@temporalio/activity';
import { migratedBytes } from '../../src/inventory/migrated-size';
import { sourceFacts, type Trouble } from '../../src/inventory/source-facts';
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
  servers: { name: string; sourceId?: string; sourceName?: string; dataDisks?: number[] | 'all' }[];
}

/** The state of a server's source before anything is changed: evidence for `judgeSource`. */
export interface SurveyedServer {
  name: string;
  /** The ids of the sources that the plan may mean. */
  found: string[];
  /** GiB on the disks of the source that are migrated; the time of its migration is estimated from them. */
  diskGiB?: number;
  /** It is in a simulated account, whose time runs so many times as fast. */
  simulatedSpeed?: number;
  /** A server before it in the plan with the same source. */
  twin?: string;
  /** Its source is offline, in error or being deleted. */
  trouble?: Trouble;
  /** The tags of its source. */
  ledger?: LedgerEntry;
  /** Jobs of any batch on its source, and jobs with this server's tags. */
  jobs?: JudgedJob[];
}

/**
 * Finds each server's source in the account, and reads its ledger (fifty sources a call) and the jobs of batches.
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
      const simulatedSpeed = smc.simulatedSpeed();
      return simulatedSpeed ? surveyed.map((server) => ({ ...server, simulatedSpeed })) : surveyed;
    });
}

/** Reads the sources: by id in chunks. SMC has no exact filter for names, so one name makes it read all sources. */
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
  { name, sourceId, sourceName, dataDisks = [] }: SurveyInput['servers'][number],
  byId: Map<string, SourceServer>,
  byName: Map<string, SourceServer[]>,
): SurveyedServer {
  const found = sourceId
    ? [byId.get(sourceId)].filter((s) => s !== undefined)
    : (byName.get(sourceName ?? '') ?? []);
  const ids = found.map((source) => source.sourceId);
  const [source] = found;
  if (!source || ids.length > 1) return { name, found: ids };
  const facts = sourceFacts(source);
  const diskGiB = Math.round((migratedBytes(facts, dataDisks) / 2 ** 30) * 10) / 10;
  const { trouble } = facts;
  return { name, found: ids, diskGiB, ...(trouble && { trouble }) };
}

/** The source of a server; undefined when it has several or none, or when a server before it in the plan has it. */
const sourceOf = ({ found, twin }: SurveyedServer) =>
  found.length === 1 && twin === undefined ? found[0] : undefined;

/** Finds servers with the same source: the plan may give it by id for one, and by name for the other. */
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

/** Adds the jobs with the server's tags on any source, and the jobs of other batches on the server's source. */
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
