import { type Draft, type DraftWave, draftServers, type Layer } from '../files/draft';
import type { Plan } from '../plan';
import { type Finding, type PlanPath, pathText } from '../problem';
import { resolvedPlan } from '../resolved-plan';
import {
  planAccountSchema,
  planHeadSchema,
  planPolicySchema,
  planServerSchema,
  planSettingsSchema,
  planWaveSchema,
} from '../schema/plan-schema';
import { judge } from '../schema/schema-findings';
import { dependencyFindings } from './dependency-rules';
import { invisibleFindings } from './invisible-characters';
import { serverFindings } from './server-rules';
import { settingsFindings } from './settings-rules';
import { timeZoneTraps } from './time-zone-traps';
import { warningFindings } from './warnings';

/** The result of the rules for a plan. */
export interface PlanJudged {
  /** Present when there are no findings. */
  plan?: Plan;
  findings: Finding[];
  warnings: Finding[];
}

/**
 * Checks a parsed plan by all rules. `entries` are its servers, from the plan or its CSV; scheduled times are compared with
 * `now`.
 */
export function judgePlan(raw: Record<string, unknown>, entries: unknown[], now: Date): PlanJudged {
  const head = judge(planHeadSchema, raw, [], homes);
  const draftOfHead = { defaults: layer(raw.defaults, ['defaults']), waves: draftWaves(raw.waves) };
  const { servers, findings } = draftServers(entries, draftOfHead.defaults, draftOfHead.waves, homes);
  const draft: Draft = { ...draftOfHead, servers };
  const account = judge(planAccountSchema, raw.account ?? {}, ['account']);
  const policy = judge(planPolicySchema, raw.policy ?? {}, ['policy']).good;
  const quota = account.broken.has('quota')
    ? undefined
    : (account.good.quota ?? planAccountSchema.parse({}).quota);

  const unseen = invisibleFindings(raw, entries);
  const unseenAt = new Set(unseen.map(({ path }) => pathText(path)));
  const judged = [
    ...head.findings,
    ...findings,
    ...lostKeys(raw, entries),
    ...(quota ? quotaFindings(quota, policy.maxConcurrent) : []),
    ...serverFindings(draft),
    ...dependencyFindings(draft),
    ...settingsFindings(draft),
  ];
  // What else is wrong with such a text follows from it.
  const all = [...unseen, ...judged.filter(({ path }) => !unseenAt.has(pathText(path)))];
  return {
    ...(head.data && all.length === 0 ? { plan: resolvedPlan(head.data, draft) } : {}),
    findings: all,
    warnings: [
      ...timeZoneTraps(raw.waves),
      ...(servers.length > 0 ? warningFindings(draft, policy.maxConcurrent ?? quota?.running ?? 0, now) : []),
    ],
  };
}

/** A key that is lost when a map of the plan is read: it is reported instead of dropped. */
const lostKey = '__proto__';

function lostKeys(raw: Record<string, unknown>, entries: readonly unknown[]): Finding[] {
  const ofMaps = (value: unknown, at: PlanPath): Finding[] =>
    ['tags', 'replicationParameters', 'columns'].flatMap((field) => {
      const map = (value as Record<string, unknown> | null | undefined)?.[field];
      if (typeof map !== 'object' || map === null || !Object.hasOwn(map, lostKey)) return [];
      const message = `${pathText([...at, field])}: no key here can be named ${lostKey}`;
      return [{ code: 'invalid-value', message, path: [...at, field, lostKey], part: 'field' }];
    });
  const waves = Array.isArray(raw.waves) ? raw.waves : [];
  return [
    ...ofMaps(raw.defaults, ['defaults']),
    ...waves.flatMap((wave, i) => ofMaps(wave?.defaults, ['waves', i, 'defaults'])),
    ...ofMaps(raw.servers, ['servers']),
    ...entries.flatMap((entry, i) => ofMaps(entry, ['servers', i])),
  ];
}

function layer(raw: unknown, at: PlanPath): Layer {
  const { good, broken } = judge(planSettingsSchema, raw ?? {}, at);
  return { at, settings: good, broken };
}

function draftWaves(raw: unknown): DraftWave[] {
  if (!Array.isArray(raw)) return [raw === undefined ? { name: 'all', at: [] } : { at: ['waves'] }];
  return raw.map((wave: unknown, i) => {
    const at = ['waves', i];
    const { name, defaults } = (typeof wave === 'object' && wave !== null ? wave : {}) as Record<
      string,
      unknown
    >;
    return {
      at,
      ...(typeof name === 'string' ? { name } : {}),
      ...(defaults === undefined ? {} : { defaults: layer(defaults, [...at, 'defaults']) }),
    };
  });
}

function quotaFindings({ jobs, running }: Plan['account']['quota'], wanted: number | undefined): Finding[] {
  const findings: Finding[] = [];
  if (running > jobs) {
    findings.push({
      code: 'quota-order',
      message: `quota.running (${running}) is more than quota.jobs (${jobs})`,
      fix: 'a running job is one of the jobs that exist',
      path: ['account', 'quota', 'running'],
    });
  }
  if (wanted !== undefined && wanted > running) {
    findings.push({
      code: 'quota-order',
      message: `policy.maxConcurrent (${wanted}) is more than the account's quota.running (${running})`,
      fix: `lower it, or raise account.quota.running if SMC granted you more (default 50)`,
      path: ['policy', 'maxConcurrent'],
    });
  }
  return findings;
}

/** The right part of the plan for a field that is in a wrong part. */
const homes: ReadonlyMap<string, string> = new Map([
  ...Object.keys(planWaveSchema.shape).map((field) => [field, 'a wave'] as const),
  ...Object.keys(planSettingsSchema.shape).map((field) => [field, 'defaults or a server'] as const),
  ...Object.keys(planServerSchema.shape)
    .filter((field) => !(field in planSettingsSchema.shape))
    .map((field) => [field, 'a server'] as const),
  ...Object.keys(planPolicySchema.shape).map((field) => [field, 'policy'] as const),
  ...Object.keys(planHeadSchema.shape).map((field) => [field, 'the top level of the plan'] as const),
  ['quota', 'account'],
]);
