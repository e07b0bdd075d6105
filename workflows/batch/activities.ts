import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Plan, PlannedServer } from '../../src/plan';
import type { Findings } from './looks/findings';

/** What a batch asks for itself, beside its servers; `summary` is what the Temporal UI shows beside the activity. */
export const batchCalls = (summary?: string) =>
  proxyActivities<Activities>({ heartbeatTimeout: '20s', startToCloseTimeout: '1h', summary });

/** Looks servers of a plan up, in the account and in Temporal. Throws the API's last word where it refuses. */
export async function lookUp(plan: Plan, servers: readonly PlannedServer[]): Promise<Findings> {
  const asked = servers.map(({ name, sourceId, sourceName }) => ({ name, sourceId, sourceName }));
  const surveyed = await batchCalls(`${asked.length} servers`)
    .surveySourceServers({ batch: plan.name, servers: asked })
    .catch((error: unknown) => {
      throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
        ? error.cause
        : error;
    });
  // Asked last: what ended while the account was read is in here.
  const earlier = await earlierServers(
    plan.name,
    surveyed.map(({ name, found }) => ({ name, sourceId: found.length === 1 ? found[0] : undefined })),
  );
  return { surveyed, earlier };
}

/** The servers that are at work since before the batch was applied, and what it has migrated that the ledger may not tell. */
export const earlierServers = (batch: string, servers: { name: string; sourceId?: string }[]) =>
  batchCalls('servers that were at work before the batch was applied').findEarlierServers({ batch, servers });

/**
 * Why no window of the plan could be opened or closed: its workers do not know its time zones. It is asked once, of a
 * worker, so that every worker that replays the batch has the same answer. Undefined when all are known.
 */
export async function unknownTimeZones({ waves }: Plan): Promise<string | undefined> {
  const zones = new Set(waves.flatMap(({ window }) => window?.timezone ?? []));
  // Every Node knows it.
  zones.delete('UTC');
  if (zones.size === 0) return undefined;
  const unknown = await batchCalls('time zones of the plan').findUnknownTimeZones({ zones: [...zones] });
  if (unknown.length === 0) return undefined;
  const waiting = waves.filter(({ window }) => window && unknown.includes(window.timezone));
  return (
    `the worker does not know the time zone ${unknown.map((zone) => `'${zone}'`).join(', ')} of wave ` +
    `${waiting.map(({ name }) => `'${name}'`).join(', ')}: give its machine a newer Node with all time zones, ` +
    `or the plan another timezone, and apply it again`
  );
}
