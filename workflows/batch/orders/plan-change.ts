import type { Plan, PlannedServer } from '../../../src/plan';
import { counted } from '../../../src/text';
import type { PlanChanges } from '../../contract/orders';
import { withUrgent } from '../lease';
import type { Findings } from '../looks/findings';
import { forgetServer, noteTwins, takeFindings } from '../looks/findings';
import type { ServerIndex } from '../servers/server-index';
import { hasWorkflow, isDeclared, isEnded, migratedFrom } from '../servers/server-record';
import { type Batch, note } from '../state';
import { refusal } from './refusal';

/**
 * The changes of a changed plan in a running batch. A change of a server that is under way is refused. A server that has ended may
 * change or leave; a change without effect is noted.
 */
export function planChanges(plan: Plan, next: Plan, index: ServerIndex): PlanChanges {
  const changes: PlanChanges = { added: [], removed: [], changed: [], settings: [], refused: [], notes: [] };
  const before = new Map(plan.servers.map((server) => [server.name, server]));
  const after = new Set(next.servers.map(({ name }) => name));
  const isAtWork = (name: string) => hasWorkflow(index.record(name));

  if (next.account.id !== plan.account.id)
    changes.refused.push(`account.id is '${plan.account.id}' and cannot change while the batch runs`);
  for (const server of next.servers) {
    const known = before.get(server.name);
    if (!known) changes.added.push(server.name);
    else if (!same(known, server)) {
      if (isAtWork(server.name))
        changes.refused.push(
          `server '${server.name}' is ${index.phaseOf(server.name)}: its ${different(known, server).join(', ')} cannot change any more`,
        );
      else {
        changes.changed.push(server.name);
        const note = effectNote(known, server, index);
        if (note) changes.notes.push(note);
      }
    }
  }
  for (const { name } of plan.servers) {
    if (after.has(name)) continue;
    if (isAtWork(name))
      changes.refused.push(`server '${name}' is ${index.phaseOf(name)}: it cannot be removed any more`);
    else changes.removed.push(name);
  }
  for (const field of ['account', 'policy', 'waves'] as const)
    if (!same(plan[field], next[field])) changes.settings.push(field);
  return changes;
}

/** The id or name of a server's source in the plan. */
export const sourceNamed = ({ sourceId, sourceName }: PlannedServer) => sourceId ?? sourceName;

/** The note for a change that has no effect, or only after an order. */
function effectNote(known: PlannedServer, server: PlannedServer, index: ServerIndex): string | undefined {
  const { name } = server;
  const phase = index.phaseOf(name);
  const declared = declaredNote(known, server, index);
  if (declared !== undefined) return declared;
  const fields = different(known, server).filter((field) => !groupingFields.has(field));
  if (fields.length === 0 || phase === 'waiting') return undefined;
  const what = `server '${name}' is ${phase}`;
  if (phase === 'failed' || phase === 'cancelled')
    return `${what}: its ${fields.join(', ')} counts once it is retried`;
  if (sourceNamed(known) !== sourceNamed(server) && migratedFrom(index.record(name)))
    return `${what}: from another source it is migrated only when it is retried by its name`;
  return `${what}: its ${fields.join(', ')} has no effect any more`;
}

/** What becomes of a server that the plan declares as done, or no longer. */
function declaredNote(
  known: PlannedServer,
  { name, done }: PlannedServer,
  index: ServerIndex,
): string | undefined {
  const record = index.record(name);
  if (known.done === done || (record.phase === 'migrated' && !record.declared)) return undefined;
  return done === undefined
    ? `server '${name}' is declared done no longer: its source is looked up, and migrated if it was not`
    : `server '${name}' counts as migrated as ${done}, because the plan declares it done`;
}

/** Fields that only group servers: a change of them is never noted. */
const groupingFields = new Set(['wave', 'dependsOn', 'exclusive']);

/** The ends of servers that leave the plan now. */
export function leavingServers(plan: Plan, next: Plan, index: ServerIndex): string[] {
  const after = new Set(next.servers.map(({ name }) => name));
  return plan.servers.flatMap(({ name }) => {
    const record = index.record(name);
    if (after.has(name) || !isEnded(record.phase)) return [];
    const { sourceId, image } = migratedFrom(record) ?? { sourceId: record.sourceId };
    const error = record.phase === 'failed' ? `: ${record.error.code}` : '';
    return `${name} (${record.phase}${image ? ` as ${image}` : ''}${sourceId ? ` from ${sourceId}` : ''}${error})`;
  });
}

/** The ends of these servers for the journal, many in a line: a thousand servers must not fill the journal. */
export function leavingNotes(left: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < left.length; i += namesOfLine)
    lines.push(`left the plan: ${left.slice(i, i + namesOfLine).join(', ')}`);
  return lines;
}

const namesOfLine = 50;

export const isUnchanged = ({ added, removed, changed, settings, refused }: PlanChanges) =>
  [added, removed, changed, settings, refused].every((list) => list.length === 0);

/** A sentence about a change. */
export function changeAnswer(changes: PlanChanges): string {
  if (isUnchanged(changes)) return 'the plan is as it was';
  const { added, removed, changed, settings } = changes;
  return `changed the plan: ${counted(added.length, 'server')} added, ${removed.length} removed, ${changed.length} changed${settings.length > 0 ? `, ${settings.join(', ')} changed` : ''}`;
}

/** Whether two parts of plans are equal. Plans are plain JSON from one reader, so equal texts are equal settings. */
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

/** The most refusals in a message. */
const mostRefusals = 20;
/** The most servers that the list of those that have left the plan keeps, the last ones. */
const leftPlanLength = 1_000;

/** Refuses a plan with changes of servers that are under way. */
export function refuseChanges({ state, index }: Batch, next: Plan): void {
  if (state.cancelRequested) throw refusal('the batch is being cancelled');
  const { refused } = planChanges(state.plan, next, index);
  const more = refused.length > mostRefusals ? `; and ${refused.length - mostRefusals} more` : '';
  if (refused.length > 0) throw refusal(`${refused.slice(0, mostRefusals).join('; ')}${more}`);
}

/** Begins a change of the plan: servers that it changes do not start from now on. Gives the servers to look up. */
export function beginPlanChange(batch: Batch, next: Plan): PlannedServer[] {
  refuseChanges(batch, next);
  const { state, index } = batch;
  const { removed, changed } = planChanges(state.plan, next, index);
  state.planChange = { touched: new Set([...removed, ...changed]) };
  return next.servers.filter((server) => isLookedUp(batch, server));
}

/**
 * Makes the next plan count. Of servers that leave the plan, the jobs stay and count as strays, and the journal has a line. Refuses
 * the plan when a server has started meanwhile.
 */
export function takePlan(batch: Batch, next: Plan, findings: Findings | undefined, now: number): void {
  refuseChanges(batch, next);
  const { state, index } = batch;
  const left = leavingServers(state.plan, next, index);
  for (const line of leavingNotes(left)) note(state, 'smc-batch', line, now);
  state.leftPlan = [...state.leftPlan, ...left].slice(-leftPlanLength);
  const kept = new Map(next.servers.map((server) => [server.name, server]));
  for (const name of Object.keys(state.servers)) {
    const server = kept.get(name);
    if (!server) forgetServer(state, name);
    else if (isMoved(batch, server)) state.servers[name] = { ...state.servers[name]!, isMoved: true };
  }
  const { quota } = state.plan.account;
  if (quota.jobs !== next.account.quota.jobs || quota.running !== next.account.quota.running)
    state.quotaChangedAt = now;
  if (findings) noteTwins(state, next, findings.surveyed);
  takeFindings(batch, next, findings, now);
  forgetGates(batch);
  state.announced.failures = Math.min(state.announced.failures, batch.index.counts.failed);
  state.holding = withUrgent(state.holding, { hasNewLimits: true });
}

/** Whether a server is looked up: it is new, or has another source. A failed or cancelled one is looked up at its retry. */
function isLookedUp(batch: Batch, server: PlannedServer): boolean {
  const { index } = batch;
  if (!index.has(server.name)) return true;
  // Nothing is known of its source, and a workflow of it may run.
  if (isDeclared(index.record(server.name)) && server.done === undefined) return true;
  const phase = index.phaseOf(server.name);
  return phase !== 'failed' && phase !== 'cancelled' && isMoved(batch, server);
}

const isMoved = ({ index }: Batch, server: PlannedServer) =>
  index.has(server.name) && sourceNamed(index.planOf(server.name)) !== sourceNamed(server);

/** Removes orders and announcements about waves and servers that are gone. The end of a wave with new servers is announced again. */
function forgetGates({ state, index }: Batch): void {
  const { gates, announced, plan } = state;
  const names = new Set(plan.waves.map(({ name }) => name));
  const stillThere = (waves: string[]) => waves.filter((name) => names.has(name));
  gates.paused.waves = stillThere(gates.paused.waves);
  gates.paused.servers = gates.paused.servers.filter((name) => index.has(name));
  gates.approvedWaves = stillThere(gates.approvedWaves);
  gates.acceptedWaves = stillThere(gates.acceptedWaves);
  announced.waiting = stillThere(announced.waiting);
  const ended = new Set(index.waves.filter((wave) => wave.ended === wave.total).map(({ name }) => name));
  announced.ended = announced.ended.filter((name) => ended.has(name));
}
