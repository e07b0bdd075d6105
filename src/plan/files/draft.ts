import type { JobSettings } from '../../smc';
import type { Finding, PlanPath } from '../problem';
import type { PlanServer, PlanSettings } from '../schema/plan-schema';
import { planServerSchema, planSettingsSchema } from '../schema/plan-schema';
import { type HomesOfFields, judge } from '../schema/schema-findings';

/** A plan for the rules that compare several of its fields. It has only the fields without a problem. */
export interface Draft {
  defaults: Layer;
  waves: DraftWave[];
  servers: DraftServer[];
}

/** The settings in one place of the plan. */
export interface Layer {
  at: PlanPath;
  settings: Partial<PlanSettings>;
  /** Fields that have a finding already: rules that depend on them are not checked. */
  broken: Set<string>;
}

export interface DraftWave {
  /** Absent where the plan gives the wave no valid name. */
  name?: string;
  at: PlanPath;
  defaults?: Layer;
}

export interface DraftServer extends Layer {
  settings: Partial<PlanServer>;
  /** The server's name in the batch; absent where it has neither name nor source. */
  name?: string;
  /** The server's name in messages. */
  label: string;
  wave?: DraftWave;
  /** The settings of its job: each from the nearest layer that has it. */
  job: JobSettings;
}

/** Checks every server by itself, and merges its settings with those of its wave and of the defaults. */
export function draftServers(
  entries: readonly unknown[],
  defaults: Layer,
  waves: DraftWave[],
  homes: HomesOfFields,
): { servers: DraftServer[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const wavesByName = new Map(waves.map((wave) => [wave.name, wave]));
  const servers = entries.map((entry, i): DraftServer => {
    const at = ['servers', i];
    const judged = judge(planServerSchema, entry, at, homes);
    findings.push(...judged.findings);
    const settings: Partial<PlanServer> = judged.good;
    const name = settings.name ?? settings.sourceName ?? settings.sourceId;
    const known = name !== undefined && !judged.broken.has('name');
    const wave = settings.wave === undefined ? waves[0] : wavesByName.get(settings.wave);
    const inherited = judged.broken.has('wave') ? undefined : wave;
    return {
      at,
      settings,
      broken: judged.broken,
      ...(known ? { name } : {}),
      label: name ?? `server ${i + 1}`,
      ...(inherited ? { wave: inherited } : {}),
      job: mergedJob([defaults, ...(inherited?.defaults ? [inherited.defaults] : [])], settings),
    };
  });
  return { servers, findings };
}

/** The layers that a server's settings come from, nearest first. */
export function layersOf(server: DraftServer, draft: Draft): Layer[] {
  return [server, ...(server.wave?.defaults ? [server.wave.defaults] : []), draft.defaults];
}

const settingNames = Object.keys(planSettingsSchema.shape) as (keyof PlanSettings)[];

/** Merges the settings of the layers: a nearer one wins. Tags, and replication parameters given as maps, are merged by key. */
function mergedJob(layers: Layer[], server: Partial<PlanServer>): JobSettings {
  const merged: Record<string, unknown> = {};
  for (const settings of [...layers.map((layer) => layer.settings), server]) {
    for (const name of settingNames) {
      const value = settings[name];
      if (value === undefined) continue;
      const before = merged[name];
      merged[name] = isMap(before) && isMap(value) ? { ...before, ...value } : value;
    }
  }
  const { tags, replicationParameters, ...rest } = merged as PlanSettings;
  return {
    ...rest,
    ...(server.jobName === undefined ? {} : { name: server.jobName }),
    ...(tags ? { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) } : {}),
    ...(replicationParameters === undefined
      ? {}
      : {
          replicationParameters:
            typeof replicationParameters === 'string'
              ? replicationParameters
              : JSON.stringify(replicationParameters),
        }),
  };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
