import type { Plan, PlannedServer } from '../../src/plan';
import type { PlanChanges } from '../contract/orders';
import { isEnded, migratedFrom } from './server-record';
import type { BatchServers } from './servers';

/**
 * What a changed plan would change in a running batch, and what it must not change any more: servers under way. What has
 * ended may change and leave; what of that has no effect is told.
 */
export function planChanges(plan: Plan, next: Plan, servers: BatchServers): PlanChanges {
  const changes: PlanChanges = { added: [], removed: [], changed: [], settings: [], refused: [], notes: [] };
  const before = new Map(plan.servers.map((server) => [server.name, server]));
  const after = new Set(next.servers.map(({ name }) => name));
  const isUnderWay = (name: string) => {
    const phase = servers.phaseOf(name);
    return phase !== 'waiting' && !isEnded(phase);
  };

  if (next.account.id !== plan.account.id)
    changes.refused.push(`account.id is '${plan.account.id}' and cannot change while the batch runs`);
  for (const server of next.servers) {
    const known = before.get(server.name);
    if (!known) changes.added.push(server.name);
    else if (!same(known, server)) {
      if (isUnderWay(server.name))
        changes.refused.push(
          `server '${server.name}' is ${servers.phaseOf(server.name)}: its ${different(known, server).join(', ')} cannot change any more`,
        );
      else {
        changes.changed.push(server.name);
        const note = effectNote(known, server, servers);
        if (note) changes.notes.push(note);
      }
    }
  }
  for (const { name } of plan.servers) {
    if (after.has(name)) continue;
    if (isUnderWay(name))
      changes.refused.push(`server '${name}' is ${servers.phaseOf(name)}: it cannot be removed any more`);
    else changes.removed.push(name);
  }
  for (const field of ['account', 'policy', 'waves'] as const)
    if (!same(plan[field], next[field])) changes.settings.push(field);
  return changes;
}

/** What the plan calls the source of a server. */
export const sourceNamed = ({ sourceId, sourceName }: PlannedServer) => sourceId ?? sourceName;

/** What of a change has no effect, or not before an operator says so. */
function effectNote(known: PlannedServer, server: PlannedServer, servers: BatchServers): string | undefined {
  const { name } = server;
  const phase = servers.phaseOf(name);
  const fields = different(known, server).filter((field) => !groupingFields.has(field));
  if (fields.length === 0 || phase === 'waiting') return undefined;
  const what = `server '${name}' is ${phase}`;
  if (phase === 'failed' || phase === 'cancelled')
    return `${what}: its ${fields.join(', ')} counts once it is retried`;
  if (sourceNamed(known) !== sourceNamed(server) && migratedFrom(servers.records[name]))
    return `${what}: from another source it is migrated only when it is retried by its name`;
  return `${what}: its ${fields.join(', ')} has no effect any more`;
}

/** They only say where a server stands among the others. */
const groupingFields = new Set(['wave', 'dependsOn', 'exclusive']);

/** What became of servers that have ended and leave the plan. */
export function leavingServers(plan: Plan, next: Plan, servers: BatchServers): string[] {
  const after = new Set(next.servers.map(({ name }) => name));
  return plan.servers.flatMap(({ name }) => {
    const record = servers.records[name];
    if (after.has(name) || !record || !isEnded(record.phase)) return [];
    const { sourceId, image } = migratedFrom(record) ?? { sourceId: record.sourceId };
    const error = record.phase === 'failed' ? `: ${record.error.code}` : '';
    return `${name} (${record.phase}${image ? ` as ${image}` : ''}${sourceId ? ` from ${sourceId}` : ''}${error})`;
  });
}

/** The same for the journal, which keeps so many lines: a thousand servers must not push all else out. */
export function leavingNotes(left: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < left.length; i += namesOfLine)
    lines.push(`left the plan: ${left.slice(i, i + namesOfLine).join(', ')}`);
  return lines;
}

const namesOfLine = 50;

export const isUnchanged = ({ added, removed, changed, settings, refused }: PlanChanges) =>
  [added, removed, changed, settings, refused].every((list) => list.length === 0);

/** Plans are plain JSON, resolved by one reader: equal texts are equal settings. */
const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function different(a: PlannedServer, b: PlannedServer): string[] {
  const fields = (server: PlannedServer): Record<string, unknown> => ({
    ...server,
    ...server.job,
    job: undefined,
  });
  const [x, y] = [fields(a), fields(b)];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].filter((field) => !same(x[field], y[field]));
}
