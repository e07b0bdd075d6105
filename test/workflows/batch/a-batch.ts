import type { Plan, PlannedServer, Policy, Wave } from '../../../src/plan';
import { byName } from '../../../src/text';
import { newRecord, type ServerRecord } from '../../../workflows/batch/servers/server-record';
import { type Batch, type BatchState, batchOf, newBatchState } from '../../../workflows/batch/state';

const policy: Policy = {
  maxConcurrent: 50,
  attempts: 3,
  restartDelaySeconds: 60,
  jobTimeoutSeconds: 3_600,
  stallTimeoutSeconds: 3_600,
  onFailure: 'deleteJob',
  lockoutDates: [],
  priority: 0,
};

/** One server of a plan; its source is known unless told otherwise. */
export const aServer = (name: string, more: Partial<PlannedServer> = {}): PlannedServer => ({
  name,
  sourceId: `s-${name}`,
  wave: 'all',
  job: { regionId: 'cn-hangzhou' },
  ...more,
});

/** The plan `dc1`, of one wave unless told otherwise. */
export const aPlan = (
  servers: readonly (string | PlannedServer)[],
  {
    waves = [{ name: 'all' }],
    ...more
  }: Partial<Policy> & {
    waves?: (Partial<Wave> & { name: string })[];
    quota?: { jobs: number; running: number };
  } = {},
): Plan => {
  const { quota = { jobs: 100, running: 50 }, ...ownPolicy } = more;
  return {
    name: 'dc1',
    account: { id: 'a', quota },
    policy: { ...policy, ...ownPolicy },
    waves: waves.map((wave) => ({ overlap: false, ...wave })),
    servers: servers.map((server) => (typeof server === 'string' ? aServer(server) : server)),
  };
};

/** A batch that has looked its servers up, with these records; the others wait. */
export function aBatch(
  plan: Plan,
  records: Readonly<Record<string, ServerRecord>> = {},
  more: Partial<BatchState> = {},
): Batch {
  const state = newBatchState(plan, { firstRunId: 'life-1', taskQueue: 'smc-batch', now: 0 });
  const servers = byName(
    Object.fromEntries(
      plan.servers.map(({ name }) => [name, Object.hasOwn(records, name) ? records[name]! : newRecord()]),
    ),
  );
  return batchOf({ ...state, stage: 'running', servers, ...more });
}

/** With slots in hand: the account's quota has answered. */
export function withLease(batch: Batch, existing: number, running = existing): Batch {
  const slots = { existing, running };
  batch.state.holding = {
    ...batch.state.holding,
    lease: { ...slots, seq: 1, contended: false },
    held: slots,
  };
  return batch;
}
