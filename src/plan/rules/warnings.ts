import { type JobSettings, timeProblems } from '../../smc';
import { type Draft, type DraftServer, layersOf } from '../files/draft';
import { startTimeOf } from '../plan';
import type { Finding, PlanPath } from '../problem';
import { FindingsOnServers, placeOfSetting, someOf } from './settings-rules';

/** Warnings: settings that are allowed, but most likely a mistake. `maxConcurrent`: servers of the plan that may run at once. */
export function warningFindings(whole: Draft, maxConcurrent: number, now: Date): Finding[] {
  // Of a server that is done no job is made.
  const draft = { ...whole, servers: whole.servers.filter(({ settings }) => settings.done === undefined) };
  return [
    ...sharedImageNames(draft),
    ...missingSwitches(draft, maxConcurrent),
    ...missingDiskSizes(draft),
    ...emptyWaves(whole),
    ...unusedSettings(draft),
    ...timesOutOfRange(draft, now),
  ];
}

function sharedImageNames(draft: Draft): Finding[] {
  const groups = groupBy(draft.servers, ({ job }) =>
    job.imageName === undefined ? undefined : `${job.imageName} in ${job.regionId ?? 'the same region'}`,
  );
  return [...groups].flatMap(([name, servers]): Finding[] => {
    const second = servers[1];
    if (!second) return [];
    return [
      {
        code: 'image-name-twice',
        message: `${servers.length} servers make the image ${name}: ${someOf(servers)}`,
        fix: 'SMC appends the job ID to all but the first; give each server its own imageName',
        path: placeOfSetting(second, draft, 'imageName') ?? second.at,
      },
    ];
  });
}

// Without a vSwitch SMC makes a VPC for each intermediate instance; a region has 10 VPCs by default.
const vpcsOfRegion = 10;

function missingSwitches(draft: Draft, maxConcurrent: number): Finding[] {
  const without = draft.servers.filter(
    (server) =>
      server.job.vSwitchId === undefined &&
      !layersOf(server, draft).some(({ broken }) => broken.has('vSwitchId')),
  );
  const byRegion = groupBy(without, ({ job }) => job.regionId);
  return [...byRegion].flatMap(([region, servers]): Finding[] => {
    const atOnce = Math.min(servers.length, maxConcurrent);
    if (atOnce <= vpcsOfRegion) return [];
    return [
      {
        code: 'vswitch-missing',
        message: `${servers.length} servers in ${region} have no vSwitchId, ${atOnce} of them run at once`,
        fix: `SMC makes a VPC for each, and a region has ${vpcsOfRegion}: set vSwitchId, or policy.maxConcurrent below ${vpcsOfRegion}`,
        path: servers.length === draft.servers.length ? draft.defaults.at : servers[0]!.at,
        part: 'field',
      },
    ];
  });
}

function missingDiskSizes(draft: Draft): Finding[] {
  const without = draft.servers.filter(
    (server) =>
      server.job.systemDiskSize === undefined &&
      server.job.disks?.system?.size === undefined &&
      !layersOf(server, draft).some(({ broken }) => broken.has('systemDiskSize')),
  );
  if (without.length === 0) return [];
  const all = without.length === draft.servers.length && without.length > 1;
  return [
    {
      code: 'disk-size-missing',
      message: `systemDiskSize is missing for ${all ? 'every server' : someOf(without)}`,
      fix: 'older editions of the API refuse such a job; give more than what is used on the source',
      path: all ? draft.defaults.at : without[0]!.at,
      part: 'field',
    },
  ];
}

function emptyWaves(draft: Draft): Finding[] {
  const used = new Set(draft.servers.map(({ wave }) => wave));
  if (draft.servers.some((server) => server.settings.wave !== undefined && !server.wave)) return [];
  const first = draft.waves[0];
  const count = draft.servers.length;
  const without = draft.servers.filter(({ settings }) => settings.wave === undefined).length;
  return draft.waves
    .filter((wave) => wave.name !== undefined && !used.has(wave))
    .map(({ name, at }) => ({
      code: 'wave-empty' as const,
      message: `no server is in the wave ${name}`,
      ...(without > 0 && first?.name !== undefined
        ? {
            fix: `servers without a wave are in the first one, ${first.name} (${without} of ${count}): write wave: ${name} on those that shall wait`,
          }
        : {}),
      path: [...at, 'name'],
    }));
}

/** Settings that have no effect in SMC unless another one is set. */
const needed: [needs: string, isMet: (job: JobSettings) => boolean, fields: (keyof JobSettings)[]][] = [
  ['runOnce: false', ({ runOnce }) => runOnce === false, ['frequency', 'maxNumberOfImageToKeep']],
  [
    'targetType: Instance',
    ({ targetType }) => targetType?.toLowerCase().endsWith('instance') ?? false,
    ['instanceId'],
  ],
  [
    'targetType: ContainerImage',
    ({ targetType }) => targetType?.toLowerCase() === 'containerimage',
    ['containerNamespace', 'containerRepository', 'containerTag'],
  ],
  ['launchTemplateId', ({ launchTemplateId }) => launchTemplateId !== undefined, ['launchTemplateVersion']],
];

/** Finds settings without effect. A setting of the defaults has an effect when it has one for some server. */
function unusedSettings(draft: Draft): Finding[] {
  return needed.flatMap(([needs, isMet, fields]) =>
    fields.flatMap((field) => {
      const byPlace = groupBy(draft.servers, (server) =>
        server.job[field] === undefined ? undefined : JSON.stringify(placeOfSetting(server, draft, field)),
      );
      return [...byPlace].flatMap(([place, servers]): Finding[] => {
        if (servers.some(({ job }) => isMet(job))) return [];
        const message = `${field} does nothing without ${needs}: ${someOf(servers)}`;
        return [{ code: 'setting-unused', message, path: JSON.parse(place) as PlanPath, part: 'field' }];
      });
    }),
  );
}

function timesOutOfRange(draft: Draft, now: Date): Finding[] {
  const onServers = new FindingsOnServers(draft);
  for (const server of draft.servers) {
    const { cutoverAt } = server.settings;
    if (cutoverAt !== undefined && Date.parse(cutoverAt) < now.getTime()) {
      const path = [...server.at, 'cutoverAt'];
      onServers.add(server, { code: 'time-out-of-range', message: 'cutoverAt is in the past', path });
    }
    const startsAt = Math.max(now.getTime(), startTimeOf(server.job) ?? 0);
    if (cutoverAt !== undefined && startsAt > now.getTime() && Date.parse(cutoverAt) <= startsAt) {
      const path = [...server.at, 'cutoverAt'];
      const message =
        'cutoverAt is not after scheduledStartTime: the cut-over follows the first sync at once';
      onServers.add(server, { code: 'time-out-of-range', message, path });
    }
    // The job is created at its start time: SMC's limits for validTime count from then.
    const { scheduledStartTime, validTime } = server.job;
    if (scheduledStartTime !== undefined && startsAt <= now.getTime()) {
      const message = 'scheduledStartTime is in the past: the server starts as soon as a slot is free';
      const place = placeOfSetting(server, draft, 'scheduledStartTime');
      onServers.add(server, { code: 'time-out-of-range', message, path: place ?? server.at });
    }
    for (const { path, message } of timeProblems({ validTime }, new Date(startsAt))) {
      const place = placeOfSetting(server, draft, path[0] as keyof JobSettings);
      onServers.add(server, { code: 'time-out-of-range', message, path: place ?? server.at });
    }
  }
  return onServers.findings();
}

function groupBy(servers: DraftServer[], key: (server: DraftServer) => string | undefined) {
  const groups = new Map<string, DraftServer[]>();
  for (const server of servers) {
    const name = key(server);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(server);
    else groups.set(name, [server]);
  }
  return groups;
}
