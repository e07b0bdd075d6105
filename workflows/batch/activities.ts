import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { migratedDataDisks } from '../../src/inventory/migrated-size';
import type { Plan, PlannedServer } from '../../src/plan';
import type { Findings } from './looks/findings';

/** The activities of the batch itself; the Temporal UI shows `summary` beside them. */
export const batchCalls = (summary?: string) =>
  proxyActivities<Activities>({ heartbeatTimeout: '20s', startToCloseTimeout: '1h', summary });

/** Looks servers of a plan up, in the account and in Temporal. Throws the refusal of the API. */
export async function lookUp(plan: Plan, servers: readonly PlannedServer[]): Promise<Findings> {
  // The account has nothing to say of a server that is declared done; a workflow of it may run.
  const declared = servers.filter(({ done }) => done !== undefined);
  const toSurvey = servers.filter(({ done }) => done === undefined);
  const asked = toSurvey.map(({ name, sourceId, sourceName, job }) => {
    const dataDisks = migratedDataDisks(job);
    return { name, sourceId, sourceName, ...(dataDisks.length > 0 && { dataDisks }) };
  });
  const surveyed =
    asked.length === 0
      ? []
      : await batchCalls(`${asked.length} servers`)
          .surveySourceServers({ batch: plan.name, servers: asked })
          .catch((error: unknown) => {
            throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
              ? error.cause
              : error;
          });
  // Temporal is asked last: a workflow that has ended while the account was read is in its answer.
  const earlier = await earlierServers(plan.name, [
    ...surveyed.map(({ name, found }) => ({ name, sourceId: found.length === 1 ? found[0] : undefined })),
    ...declared.map(({ name, sourceId }) => ({ name, sourceId })),
  ]);
  return { surveyed, earlier };
}

/** The servers whose workflows run since before the batch was applied, and migrations that the ledger may not show. */
export const earlierServers = (batch: string, servers: { name: string; sourceId?: string }[]) =>
  batchCalls('servers from before the batch was applied').findEarlierServers({ batch, servers });

/**
 * Why the windows of the plan cannot be read: the worker does not know their time zones. A worker is asked once, so that each
 * worker that replays the batch gets the same answer. Undefined when all time zones are known.
 */
export async function unknownTimeZones({ waves }: Plan): Promise<string | undefined> {
  const zones = new Set(waves.flatMap(({ window }) => window?.timezone ?? []));
  // Every Node knows UTC.
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
