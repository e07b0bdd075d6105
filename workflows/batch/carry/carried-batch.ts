import type { Plan, PlannedServer } from '../../../src/plan';
import { byName } from '../../../src/text';
import type { ServerRecord } from '../servers/server-record';
import type { BatchState } from '../state';
import { type Delta, deltasOf, fromDeltas } from './delta';

/** A batch as one run hands it to the next: Temporal ends a workflow that carries more than 2 MiB. */
export interface CarriedBatch {
  plan: Omit<Plan, 'servers'>;
  state: Omit<BatchState, 'plan' | 'servers'>;
  /** The plan's servers, and what is known of each: what it shares with the one before is not said again. */
  servers: Delta[];
  known: Delta[];
}

/** A plan seldom changes while its batch runs. */
const packedServers = new WeakMap<readonly PlannedServer[], Delta[]>();

/** For Continue-As-New. */
export function carriedBatch({
  plan: { servers, ...plan },
  servers: records,
  ...state
}: BatchState): CarriedBatch {
  const known = servers.map(({ name, sourceId }) => {
    const record = records[name]!;
    return sourceId !== undefined && record.sourceId === sourceId
      ? { ...record, sourceId: undefined }
      : record;
  });
  return { plan, state, servers: packedServers.get(servers) ?? deltasOf(servers), known: deltasOf(known) };
}

/** What {@link carriedBatch} was given. */
export function unpackedBatch(carried: CarriedBatch): BatchState {
  const servers = fromDeltas(carried.servers) as PlannedServer[];
  packedServers.set(servers, carried.servers);
  const records = fromDeltas(carried.known) as ServerRecord[];
  return {
    ...carried.state,
    wishes: byName(carried.state.wishes),
    plan: { ...carried.plan, servers },
    servers: byName(
      Object.fromEntries(
        servers.map(({ name, sourceId }, i) => {
          const record = records[i]!;
          return [name, { ...record, sourceId: record.sourceId ?? sourceId }];
        }),
      ),
    ),
  };
}
