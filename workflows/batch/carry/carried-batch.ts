import type { Plan, PlannedServer } from '../../../src/plan';
import { byName } from '../../../src/text';
import type { ServerRecord } from '../servers/server-record';
import type { BatchState } from '../state';
import { type Delta, deltasOf, fromDeltas } from './delta';

/** The state of a batch in the form that one run gives to the next: Temporal ends a workflow that carries more than 2 MiB. */
export interface CarriedBatch {
  plan: Omit<Plan, 'servers'>;
  state: Omit<BatchState, 'plan' | 'servers'>;
  /** The plan's servers, and the record of each, as differences to the one before. */
  servers: Delta[];
  known: Delta[];
}

/** The packed servers of a plan, kept because a plan seldom changes while its batch runs. */
const packedServers = new WeakMap<readonly PlannedServer[], Delta[]>();

/** Packs a state for Continue-As-New. */
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

/** The state that {@link carriedBatch} has packed. */
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
