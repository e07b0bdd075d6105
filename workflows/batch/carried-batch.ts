import type { Plan, PlannedServer } from '../../src/plan';
import { byName } from '../../src/text';
import { type Delta, deltasOf, fromDeltas } from './delta';
import type { BatchState } from './run';
import type { ServerRecord } from './server-record';

/** A batch as one run hands it to the next: Temporal ends a workflow that carries more than 2 MiB. */
export interface CarriedBatch {
  plan: Omit<Plan, 'servers'>;
  state: Omit<BatchState, keyof ByServer>;
  /** The plan's servers, and what is known of each: what it shares with the one before is not said again. */
  servers: Delta[];
  known: Delta[];
}

type ByServer = Pick<BatchState, 'records' | 'sourceIds' | 'diskGiB' | 'jobIds'>;

interface KnownOfServer {
  record?: ServerRecord;
  sourceId?: string;
  diskGiB?: number;
  jobId?: string;
}

/** A plan seldom changes while its batch runs. */
const packedServers = new WeakMap<readonly PlannedServer[], Delta[]>();

/** For Continue-As-New. */
export function carriedBatch({ servers, ...plan }: Plan, state: BatchState): CarriedBatch {
  const { records, sourceIds, diskGiB, jobIds, ...rest } = state;
  const known = servers.map(({ name, sourceId }): KnownOfServer => {
    const record = records[name];
    const own = sourceId ?? sourceIds[name];
    return {
      record: record && record.sourceId === own ? { ...record, sourceId: undefined } : record,
      sourceId: sourceIds[name],
      diskGiB: diskGiB[name],
      jobId: jobIds[name],
    };
  });
  return {
    plan,
    state: rest,
    servers: packedServers.get(servers) ?? deltasOf(servers),
    known: deltasOf(known),
  };
}

/** What {@link carriedBatch} was given. */
export function unpackedBatch(carried: CarriedBatch): { plan: Plan; state: BatchState } {
  const servers = fromDeltas(carried.servers) as PlannedServer[];
  packedServers.set(servers, carried.servers);
  const known = fromDeltas(carried.known) as KnownOfServer[];
  const byServer = <V>(read: (known: KnownOfServer, server: PlannedServer) => V | undefined) =>
    byName(
      Object.fromEntries(
        servers.flatMap((server, i) => {
          const value = read(known[i]!, server);
          return value === undefined ? [] : [[server.name, value] as const];
        }),
      ) as Record<string, V>,
    );
  return {
    plan: { ...carried.plan, servers },
    state: {
      ...carried.state,
      lookUps: byName(carried.state.lookUps),
      records: byServer(
        ({ record, sourceId }, planned) =>
          record && { ...record, sourceId: record.sourceId ?? planned.sourceId ?? sourceId },
      ),
      sourceIds: byServer(({ sourceId }) => sourceId),
      diskGiB: byServer(({ diskGiB }) => diskGiB),
      jobIds: byServer(({ jobId }) => jobId),
    },
  };
}
