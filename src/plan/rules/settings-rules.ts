import { type JobSettings, settingsProblems } from '../../smc';
import { type Draft, type DraftServer, type Layer, layersOf } from '../files/draft';
import { type Finding, type PlanPath, pathText } from '../problem';

/** The tags of the ledger, which a plan must not set. */
const reservedTags = [
  'smc-batch',
  'smc-batch-server',
  'smc-batch-image',
  'smc-batch-job',
  'smc-batch-time',
] as const;

// SMC: 20 tags on a resource; smc-batch adds two to each job.
const mostTags = 18;

/** Checks the merged settings of each server together. A mistake in the defaults is given once. */
export function settingsFindings(draft: Draft): Finding[] {
  const onServers = new FindingsOnServers(draft);
  for (const server of draft.servers) {
    for (const { path, message } of settingsProblems(server.job)) {
      const place = placeOf(server, draft, path);
      if (place) onServers.add(server, { code: 'settings-conflict', message, path: place });
    }
    tagRules(server, draft, onServers);
    cutoverRule(server, draft, onServers);
  }
  return [
    ...onServers.findings(),
    ...missingRegions(draft),
    ...allLayers(draft).flatMap((layer) => reservedTagFindings(layer)),
  ];
}

/** The place of a setting in the nearest layer that has it. */
export function placeOfSetting(
  server: DraftServer,
  draft: Draft,
  field: keyof JobSettings,
): PlanPath | undefined {
  const layer = layersOf(server, draft).find(({ settings }) => field in settings);
  return layer && [...layer.at, field];
}

/** Findings by place, each with its servers. */
export class FindingsOnServers {
  private readonly byPlace = new Map<string, { finding: Finding; servers: DraftServer[] }>();

  constructor(private readonly draft: Draft) {}

  add(server: DraftServer, finding: Finding): void {
    const key = `${finding.code} ${pathText(finding.path)} ${finding.message}`;
    const known = this.byPlace.get(key);
    if (known) known.servers.push(server);
    else this.byPlace.set(key, { finding, servers: [server] });
  }

  findings(): Finding[] {
    return [...this.byPlace.values()].map(({ finding, servers }) => {
      const shared = finding.path[0] !== 'servers';
      if (!shared || servers.length === this.draft.servers.length) return finding;
      return { ...finding, message: `${finding.message} (${someOf(servers)})` };
    });
  }
}

/** `web-01, web-02, web-03 and 7 more` */
export function someOf(servers: DraftServer[]): string {
  const shown = servers.slice(0, 3).map(({ label }) => label);
  const rest = servers.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

// The settings that make another setting necessary: where that one is missing, the mistake is shown here.
const askedForBy: Partial<Record<keyof JobSettings, (keyof JobSettings)[]>> = {
  frequency: ['runOnce'],
  maxNumberOfImageToKeep: ['runOnce'],
  vSwitchId: ['netMode', 'vpcId'],
  instanceId: ['targetType'],
  containerNamespace: ['targetType'],
  containerRepository: ['targetType'],
};

/** Undefined where one of the fields has a finding already: that one comes first. */
function placeOf(
  server: DraftServer,
  draft: Draft,
  path: readonly (string | number)[],
): PlanPath | undefined {
  const [field, ...rest] = path as [keyof JobSettings, ...(string | number)[]];
  const involved = [field, ...(askedForBy[field] ?? [])];
  if (layersOf(server, draft).some(({ broken }) => involved.some((name) => broken.has(name)))) {
    return undefined;
  }
  const own = placeOfSetting(server, draft, field);
  if (own) return [...own, ...rest];
  for (const cause of askedForBy[field] ?? []) {
    const place = placeOfSetting(server, draft, cause);
    if (place) return place;
  }
  return server.at;
}

function tagRules(server: DraftServer, draft: Draft, onServers: FindingsOnServers): void {
  const count = server.job.tags?.length ?? 0;
  if (count <= mostTags) return;
  const message = `${count} tags: at most ${mostTags}, as smc-batch adds two of its own`;
  const path = placeOfSetting(server, draft, 'tags') ?? server.at;
  onServers.add(server, { code: 'tags-too-many', message, path });
}

function cutoverRule(server: DraftServer, draft: Draft, onServers: FindingsOnServers): void {
  if (server.settings.cutoverAt === undefined || server.job.runOnce === false) return;
  if (layersOf(server, draft).some(({ broken }) => broken.has('runOnce'))) return;
  onServers.add(server, {
    code: 'cutover-needs-incremental',
    message: 'cutoverAt is for incremental servers',
    fix: 'set runOnce: false, frequency and maxNumberOfImageToKeep, or leave cutoverAt out',
    path: [...server.at, 'cutoverAt'],
  });
}

function missingRegions(draft: Draft): Finding[] {
  const without = draft.servers.filter(
    (server) =>
      server.job.regionId === undefined &&
      !layersOf(server, draft).some(({ broken }) => broken.has('regionId')),
  );
  const fix = 'set it in defaults, in the wave or in the server';
  if (without.length > 1 && without.length === draft.servers.length) {
    const message = 'regionId is missing for every server';
    return [{ code: 'missing-field', message, fix, path: draft.defaults.at, part: 'field' }];
  }
  return without.map(({ at, label }) => ({
    code: 'missing-field' as const,
    message: `${label}: regionId is missing`,
    fix,
    path: at,
  }));
}

function allLayers(draft: Draft): Layer[] {
  const ofWaves = draft.waves.flatMap(({ defaults }) => (defaults ? [defaults] : []));
  return [draft.defaults, ...ofWaves, ...draft.servers];
}

function reservedTagFindings({ at, settings }: Layer): Finding[] {
  if (!settings.tags) return [];
  return reservedTags
    .filter((key) => settings.tags && key in settings.tags)
    .map((key) => ({
      code: 'tag-reserved' as const,
      message: `the tag ${key} is reserved: smc-batch writes it itself`,
      path: [...at, 'tags', key],
      part: 'field' as const,
    }));
}
