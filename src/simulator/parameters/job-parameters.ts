import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { utcTime } from '../account/clock';
import type { SimulatedSource, Tag } from '../account/source-server';
import { ApiError, invalid, missing } from '../api-error';
import type { JobSettings, TargetPart } from '../jobs/replication-job';
import { keptParameters } from './kept-parameters';
import { flag, indices, integer, maxTags, requiredText, text } from './parameters';

const giB = 2 ** 30;
const day = 86_400_000;
const targetTypes = ['Image', 'ContainerImage', 'Instance', 'TargetInstance'] as const;
const defaultValidDays = 30;

// SMC: letters, digits, ':', '_' and '-', beginning with a letter.
const jobText = /^\p{L}[\p{L}\p{Nd}:_-]{1,127}$/u;
const instanceType = /^ecs\.[a-z][a-z0-9-]*\.[a-z0-9]+$/;

/** The settings that a change may give, under the names of {@link JobSettings}. */
export type ChangedSettings = Partial<JobSettings>;

/** The settings of a new job, checked by all rules of CreateReplicationJob. */
export function newJobSettings(
  params: WireParams,
  source: SimulatedSource,
  account: SimulatedAccount,
): JobSettings {
  const changed = changedSettings(params, source, account.time, account.time);
  const runOnce = flag(params, 'RunOnce') ?? true;
  if (!runOnce) {
    for (const name of ['Frequency', 'MaxNumberOfImageToKeep']) requiredText(params, name);
  }
  if (changed.systemDiskSize === undefined && !account.options.newerFields) throw missing('SystemDiskSize');
  const settings: JobSettings = {
    targetType: 'Image',
    validTime: account.time + defaultValidDays * day,
    systemDiskSize: source.systemDisk.sizeGiB,
    systemDiskParts: [],
    dataDisks: [],
    ...changed,
    ...network(params, account),
    replicationParameters: replicationParameters(params),
    runOnce,
    kept: changed.kept ?? {},
  };
  checkTogether(settings);
  return settings;
}

/**
 * The settings that a request gives, each checked by itself and against the source. The limits of ValidTime follow from
 * `createdAt`, those of ScheduledStartTime from `now` (virtual ms).
 */
export function changedSettings(
  params: WireParams,
  source: SimulatedSource,
  createdAt: number,
  now: number,
): ChangedSettings {
  const given = {
    name: patterned(params, 'Name'),
    description: patterned(params, 'Description'),
    imageName: patterned(params, 'ImageName'),
    targetType: targetType(params, source),
    instanceId: text(params, 'InstanceId'),
    scheduledStartTime: time(params, 'ScheduledStartTime', now, { from: 0, to: 30 }),
    validTime: time(params, 'ValidTime', createdAt, { from: 7, to: 90 }),
    systemDiskSize: systemDiskSize(params, source),
    systemDiskParts: hasAny(params, 'SystemDiskPart') ? parts(params, 'SystemDiskPart') : undefined,
    dataDisks: hasAny(params, 'DataDisk') ? dataDisks(params, source) : undefined,
    frequency: integer(params, 'Frequency', { min: 1, max: 168 }),
    maxNumberOfImageToKeep: integer(params, 'MaxNumberOfImageToKeep', { min: 1, max: 10 }),
    instanceType: instanceTypeOf(params),
    instanceRamRole: text(params, 'InstanceRamRole'),
    containerNamespace: text(params, 'ContainerNamespace'),
    containerRepository: text(params, 'ContainerRepository'),
    containerTag: text(params, 'ContainerTag'),
    kept: keptParameters(params),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Checks the rules for several settings of one job together. */
export function checkTogether(settings: JobSettings): void {
  const { targetType: target } = settings;
  if ((target === 'Instance' || target === 'TargetInstance') && !settings.instanceId)
    throw missing('InstanceId');
  if (target === 'ContainerImage') {
    if (!settings.containerNamespace) throw missing('ContainerNamespace');
    if (!settings.containerRepository) throw missing('ContainerRepository');
  }
  if (totalBytes(settings.systemDiskParts) > settings.systemDiskSize * giB)
    throw invalid('SystemDiskPart', 'the partitions are larger than the disk');
  for (const disk of settings.dataDisks) {
    if (totalBytes(disk.parts) > disk.size * giB)
      throw invalid('DataDisk.Part', 'the partitions are larger than the disk');
  }
}

/** The tags of a new job. A value may be empty here, which TagResources refuses. */
export function newJobTags(params: WireParams): Tag[] {
  const numbers = indices(params, 'Tag');
  if (numbers.length > maxTags)
    throw new ApiError('NumberExceed.Tags', `At most ${maxTags} tags may be given.`);
  const tags = numbers.map((i) => {
    const key = requiredText(params, `Tag.${i}.Key`);
    const value = params[`Tag.${i}.Value`] ?? '';
    if (key.length > 128 || /^(aliyun|acs:|https?:\/\/)/.test(key))
      throw invalid('TagKey', '1 to 128 characters, not beginning with aliyun, acs:, http:// or https://');
    if (value.length > 128) throw invalid('TagValue', 'at most 128 characters');
    return { key, value };
  });
  if (new Set(tags.map((tag) => tag.key)).size < tags.length)
    throw new ApiError('Duplicate.TagKey', 'A tag key is given twice.');
  return tags;
}

function patterned(params: WireParams, name: string): string | undefined {
  const value = text(params, name);
  if (value !== undefined && !jobText.test(value))
    throw invalid(name, "2 to 128 letters, digits, ':', '_' or '-', beginning with a letter");
  return value;
}

function targetType(params: WireParams, source: SimulatedSource): JobSettings['targetType'] | undefined {
  const value = text(params, 'TargetType');
  if (value === undefined) return undefined;
  const known = targetTypes.find((type) => type.toLowerCase() === value.toLowerCase());
  if (!known) throw invalid('TargetType', `one of ${targetTypes.join(', ')}`);
  if (known === 'ContainerImage' && source.os !== 'linux')
    throw invalid('TargetType', 'only a Linux source can become a container image');
  return known;
}

function systemDiskSize(params: WireParams, source: SimulatedSource): number | undefined {
  const size = integer(params, 'SystemDiskSize', { min: 20, max: 2048 });
  if (size !== undefined && size * giB <= source.systemDisk.usedBytes)
    throw invalid(
      'SystemDiskSize',
      `it must exceed the used space of the source's system disk (${Math.ceil(source.systemDisk.usedBytes / giB)} GiB)`,
    );
  return size;
}

function dataDisks(params: WireParams, source: SimulatedSource): JobSettings['dataDisks'] {
  const seen = new Set<number>();
  return indices(params, 'DataDisk').map((i) => {
    const prefix = `DataDisk.${i}`;
    requiredText(params, `${prefix}.Index`);
    requiredText(params, `${prefix}.Size`);
    const index = integer(params, `${prefix}.Index`, { min: 1, max: 16 })!;
    const size = integer(params, `${prefix}.Size`, { min: 20, max: 32_768 })!;
    if (seen.has(index))
      throw new ApiError('DataDisk.DuplicateIndex', `The data disk index ${index} is given twice.`);
    seen.add(index);
    if (!source.dataDisks.some((disk) => disk.index === index))
      throw new ApiError(
        'ReplicationJobDataDiskIndex.Invalid',
        `The data disk index ${index} does not exist on the source server.`,
      );
    return { index, size, parts: parts(params, `${prefix}.Part`) };
  });
}

function parts(params: WireParams, prefix: string): TargetPart[] {
  return indices(params, prefix).map((i) => {
    const device = text(params, `${prefix}.${i}.Device`);
    const sizeBytes = integer(params, `${prefix}.${i}.SizeBytes`, { min: 1, max: 32_768 * giB });
    if ((device === undefined) !== (sizeBytes === undefined))
      throw invalid(`${prefix}.${i}`, 'Device and SizeBytes go together');
    const block = flag(params, `${prefix}.${i}.Block`) ?? true;
    return { ...(device !== undefined && { device, sizeBytes }), block };
  });
}

function time(
  params: WireParams,
  name: string,
  from: number,
  days: { from: number; to: number },
): number | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(value) ? Date.parse(value) : Number.NaN;
  // Date.parse reads February 30th as a day of March.
  if (Number.isNaN(at) || utcTime(at).slice(0, 16) !== value.slice(0, 16))
    throw invalid(name, 'a UTC time like 2030-01-31T22:00:00Z');
  // Clients round times to seconds or minutes: a time beyond a limit by less than that is allowed.
  const slack = 60_000;
  if (at < from + days.from * day - slack || at > from + days.to * day + slack)
    throw invalid(name, `${days.from} to ${days.to} days from then`);
  return at;
}

function network(
  params: WireParams,
  account: SimulatedAccount,
): Pick<JobSettings, 'netMode' | 'vpcId' | 'vSwitchId'> {
  const netMode = integer(params, 'NetMode', { min: 0, max: 2 }) ?? 0;
  if (netMode === 1) throw invalid('NetMode', '0 (Internet) or 2 (VPC)');
  const vSwitchId = text(params, 'VSwitchId');
  const vpcId = text(params, 'VpcId');
  if (netMode === 2 && !vSwitchId) throw missing('VSwitchId');
  if (vSwitchId && !/^vsw-/.test(vSwitchId)) throw mismatch(`The VSwitchId ${vSwitchId} does not exist.`);
  if (vpcId && (!vSwitchId || account.options.vSwitches[vSwitchId] !== vpcId))
    throw mismatch(`The VSwitchId ${vSwitchId ?? ''} does not belong to the VpcId ${vpcId}.`);
  return { netMode, vpcId, vSwitchId };
}

const mismatch = (message: string) => new ApiError('VSwitchIdVpcId.Mismatch', message);

function replicationParameters(params: WireParams): string | undefined {
  const value = text(params, 'ReplicationParameters');
  if (value === undefined) return undefined;
  if (value.length > 2048) throw invalid('ReplicationParameters', 'at most 2048 characters');
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return value;
  } catch {
    // Text that is not JSON is refused below.
  }
  throw invalid('ReplicationParameters', 'a JSON object');
}

function instanceTypeOf(params: WireParams): string | undefined {
  const value = text(params, 'InstanceType');
  if (value !== undefined && !instanceType.test(value))
    throw new ApiError('InvalidInstanceType.NotSupported', `The instance type ${value} is not available.`);
  return value;
}

const hasAny = (params: WireParams, prefix: string) => indices(params, prefix).length > 0;

const totalBytes = (list: TargetPart[]) => list.reduce((sum, part) => sum + (part.sizeBytes ?? 0), 0);
