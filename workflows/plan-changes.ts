import type { Plan, PlannedServer } from '../src/plan';
import type { BatchServers } from './batch-servers';
import type { PlanChanges } from './messages';

/** What a changed plan would change in a running batch, and what it must not change any more. */
export function planChanges(plan: Plan, next: Plan, servers: BatchServers): PlanChanges {
  const changes: PlanChanges = { added: [], removed: [], changed: [], settings: [], refused: [] };
  const before = new Map(plan.servers.map((server) => [server.name, server]));
  const after = new Map(next.servers.map((server) => [server.name, server]));
  const hasStarted = (name: string) => servers.phaseOf(name) !== 'waiting';

  if (next.account.id !== plan.account.id)
    changes.refused.push(`account.id is '${plan.account.id}' and cannot change while the batch runs`);
  for (const server of next.servers) {
    const known = before.get(server.name);
    if (!known) changes.added.push(server.name);
    else if (!same(known, server)) {
      if (hasStarted(server.name))
        changes.refused.push(
          `server '${server.name}' is ${servers.phaseOf(server.name)}: its ${different(known, server)} cannot change any more`,
        );
      else changes.changed.push(server.name);
    }
  }
  for (const { name } of plan.servers) {
    if (after.has(name)) continue;
    if (hasStarted(name))
      changes.refused.push(`server '${name}' is ${servers.phaseOf(name)}: it cannot be removed any more`);
    else changes.removed.push(name);
  }
  for (const field of ['account', 'policy', 'waves'] as const)
    if (!same(plan[field], next[field])) changes.settings.push(field);
  return changes;
}

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

function different(a: PlannedServer, b: PlannedServer): string {
  const fields = (server: PlannedServer): Record<string, unknown> => ({
    ...server,
    ...server.job,
    job: undefined,
  });
  const [x, y] = [fields(a), fields(b)];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])]
    .filter((field) => !same(x[field], y[field]))
    .join(', ');
}
