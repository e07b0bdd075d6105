import type { Plan, PlannedServer } from '../../../src/plan';
import type { PlanChanges } from '../../contract/orders';
import { withUrgent } from '../lease';
import type { Findings } from '../looks/findings';
import { forgetServer, noteTwins, takeFindings } from '../looks/findings';
import type { ServerIndex } from '../servers/server-index';
import { hasWorkflow, isEnded, migratedFrom } from '../servers/server-record';
import { type Batch, note } from '../state';
import { refusal } from './refusal';

/**
 * What a changed plan would change in a running batch, and what it must not change any more: servers under way. What has
 * ended may change and leave; what of that has no effect is told.
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

/** What the plan calls the source of a server. */
export const sourceNamed = ({ sourceId, sourceName }: PlannedServer) => sourceId ?? sourceName;

/** What of a change has no effect, or not before an operator says so. */
function effectNote(known: PlannedServer, server: PlannedServer, index: ServerIndex): string | undefined {
  const { name } = server;
  const phase = index.phaseOf(name);
  const fields = different(known, server).filter((field) => !groupingFields.has(field));
  if (fields.length === 0 || phase === 'waiting') return undefined;
  const what = `server '${name}' is ${phase}`;
  if (phase === 'failed' || phase === 'cancelled')
    return `${what}: its ${fields.join(', ')} counts once it is retried`;
  if (sourceNamed(known) !== sourceNamed(server) && migratedFrom(index.record(name)))
    return `${what}: from another source it is migrated only when it is retried by its name`;
  return `${what}: its ${fields.join(', ')} has no effect any more`;
}

/** They only say where a server stands among the others. */
const groupingFields = new Set(['wave', 'dependsOn', 'exclusive']);

/** What became of servers that have ended and leave the plan. */
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

/** What a change has done, in a sentence. */
export function changeAnswer(changes: PlanChanges): string {
  if (isUnchanged(changes)) return 'the plan is as it was';
  const { added, removed, changed, settings } = changes;
  return `changed the plan: ${added.length} servers added, ${removed.length} removed, ${changed.length} changed${settings.length > 0 ? `, ${settings.join(', ')} changed` : ''}`;
}

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

/** A message that names ten thousand servers is none. */
const mostRefusals = 20;
/** The report tells of so many servers that have left the plan: those that left last. */
const leftPlanLength = 1_000;

/** Throws what of the next plan cannot take effect any more. */
export function refuseChanges({ state, index }: Batch, next: Plan): void {
  if (state.cancelRequested) throw refusal('the batch is being cancelled');
  const { refused } = planChanges(state.plan, next, index);
  const more = refused.length > mostRefusals ? `; and ${refused.length - mostRefusals} more` : '';
  if (refused.length > 0) throw refusal(`${refused.slice(0, mostRefusals).join('; ')}${more}`);
}

/** From now on nothing that the next plan changes may start; gives the servers that are to be looked up first. */
export function beginPlanChange(batch: Batch, next: Plan): PlannedServer[] {
  refuseChanges(batch, next);
  const { state, index } = batch;
  const { removed, changed } = planChanges(state.plan, next, index);
  state.planChange = { touched: new Set([...removed, ...changed]) };
  return next.servers.filter((server) => isLookedUp(batch, server));
}

/**
 * The plan takes effect. Servers that are gone leave nothing behind but their jobs, which count on, and a line in the journal.
 * Throws what cannot change any more: other orders may have come first.
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

/** A server that is new, or whose source is another one; one that failed or was cancelled is looked up when it is retried. */
function isLookedUp(batch: Batch, server: PlannedServer): boolean {
  const { index } = batch;
  if (!index.has(server.name)) return true;
  const phase = index.phaseOf(server.name);
  return phase !== 'failed' && phase !== 'cancelled' && isMoved(batch, server);
}

const isMoved = ({ index }: Batch, server: PlannedServer) =>
  index.has(server.name) && sourceNamed(index.planOf(server.name)) !== sourceNamed(server);

/** What operators have said of waves and servers that are gone; a wave that has got new servers may end once more. */
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
