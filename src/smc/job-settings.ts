import { z } from 'zod';

// SMC: names and descriptions of jobs and images.
const jobText = (what: string) =>
  z
    .string()
    .min(2, `${what} has 2 to 128 characters`)
    .max(128, `${what} has 2 to 128 characters`)
    .regex(
      /^\p{L}[\p{L}\p{Nd}:_-]*$/u,
      `${what} starts with a letter and has only letters, digits, ':', '_' and '-'`,
    )
    .refine((text) => !/^https?:\/\//.test(text), `${what} does not start with http:// or https://`);

const utcTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/, "a UTC time like '2030-01-31T22:00:00Z'")
  .refine(isRealTime, 'a time that exists');

const partFields = {
  device: z.string().min(1).optional(),
  sizeBytes: z.number().int().positive().optional(),
  block: z.boolean().optional(),
};

// SMC: DataDisk.N.Part.N.Device and SizeBytes are given both or neither.
const partRule = (part: { device?: string; sizeBytes?: number }) =>
  (part.device === undefined) === (part.sizeBytes === undefined);

/** A partition of a target disk; `sizeBytes` in bytes. SMC: DataDisk.N.Part.N, SystemDiskPart.N. */
const diskPartSchema = z.strictObject(partFields).refine(partRule, 'device and sizeBytes go together');

/** A data disk of the target; `size` in GiB. SMC: DataDisk.N. */
const dataDiskSchema = z.strictObject({
  index: z.number().int().min(1, '1 to 16').max(16, '1 to 16'),
  size: z
    .number()
    .int()
    .min(20, 'a data disk has 20 to 32768 GiB')
    .max(32_768, 'a data disk has 20 to 32768 GiB'),
  parts: z.array(diskPartSchema).optional(),
});

const tagKey = z
  .string()
  .min(1, '1 to 128 characters')
  .max(128, '1 to 128 characters')
  .refine(
    (key) => !/^(aliyun|acs:|https?:\/\/)/.test(key),
    "does not start with 'aliyun', 'acs:', 'http://' or 'https://'",
  );

/** A tag of a new replication job; its value may be empty. SMC: CreateReplicationJob Tag.N. */
export const jobTagSchema = z.strictObject({
  key: tagKey,
  value: z.string().max(128, 'at most 128 characters').optional(),
});

/** `TargetInstance` is the newer name of `Instance`; the API takes any case. */
export const targetTypes = ['Image', 'ContainerImage', 'Instance', 'TargetInstance'] as const;

const targetType = z
  .string()
  .refine(
    (text) => targetTypes.some((known) => known.toLowerCase() === text.toLowerCase()),
    `one of ${targetTypes.join(', ')}`,
  );

const layoutFields = {
  size: z
    .number()
    .int()
    .min(20, 'a disk has 20 to 32768 GiB')
    .max(32_768, 'a disk has 20 to 32768 GiB')
    .optional(),
  lvm: z.boolean().optional(),
  parts: z
    .array(
      z.strictObject({
        path: z.string().min(1).optional(),
        sizeBytes: z.number().int().positive().optional(),
        block: z.boolean().optional(),
      }),
    )
    .optional(),
};

/** The newer way to lay out the target's disks: by id and path, with LVM where wanted; sizes in GiB. SMC: Disks. */
const disksSchema = z.strictObject({
  system: z.strictObject(layoutFields).optional(),
  data: z
    .array(z.strictObject({ diskId: z.string().min(1).optional(), ...layoutFields }))
    .max(16)
    .optional(),
});

/** The settings of a job that can be changed after its creation. Sizes in GiB, frequency in hours. */
export const changeableFields = {
  name: jobText('name').optional(),
  description: jobText('description').optional(),
  imageName: jobText('imageName').optional(),
  targetType: targetType.optional(),
  instanceId: z.string().min(1).optional(),
  scheduledStartTime: utcTime.optional(),
  validTime: utcTime.optional(),
  systemDiskSize: z
    .number()
    .int()
    .min(20, 'the system disk has 20 to 2048 GiB')
    .max(2048, 'the system disk has 20 to 2048 GiB')
    .optional(),
  dataDisks: z.array(dataDiskSchema).max(16, 'at most 16 data disks').optional(),
  systemDiskParts: z.array(diskPartSchema).optional(),
  disks: disksSchema.optional(),
  frequency: z.number().int().min(1, '1 to 168 hours').max(168, '1 to 168 hours').optional(),
  maxNumberOfImageToKeep: z.number().int().min(1, '1 to 10 images').max(10, '1 to 10 images').optional(),
  instanceType: z.string().min(1).optional(),
  instanceRamRole: z.string().min(1).optional(),
  containerNamespace: z.string().min(1).optional(),
  containerRepository: z.string().min(1).optional(),
  containerTag: z.string().min(1).optional(),
  licenseType: z.string().min(1).optional(),
  launchTemplateId: z.string().min(1).optional(),
  launchTemplateVersion: z.string().min(1).optional(),
};

/** Whether each key is given once: of two tags with the same key the service would keep only one. */
export function eachKeyOnce(tags: { key: string }[]): boolean {
  return new Set(tags.map(({ key }) => key)).size === tags.length;
}

/** The settings that are fixed at a job's creation. */
const fixedFields = {
  tags: z.array(jobTagSchema).max(20, 'at most 20 tags').refine(eachKeyOnce, 'each tag key once').optional(),
  netMode: z.union([z.literal(0), z.literal(2)], '0 (Internet) or 2 (VPC)').optional(),
  vpcId: z.string().min(1).optional(),
  vSwitchId: z.string().min(1).optional(),
  replicationParameters: z
    .string()
    .max(2048, 'at most 2048 characters')
    .refine(isJsonObject, 'a JSON object')
    .optional(),
  runOnce: z.boolean().optional(),
  jobType: z.union([z.string(), z.number()]).optional(),
  resourceGroupId: z.string().min(1).optional(),
};

/** The settings of a replication job in a plan: all optional, each checked by itself. */
export const jobSettingsSchema = z.strictObject({
  regionId: z.string().min(1).optional(),
  ...changeableFields,
  ...fixedFields,
});
export type JobSettings = z.infer<typeof jobSettingsSchema>;

/** A broken rule for several settings of one job; `path` is the setting to correct. */
export interface SettingsProblem {
  path: (string | number)[];
  message: string;
}

/** The rules of CreateReplicationJob for several settings that these settings break. */
export function settingsProblems(job: JobSettings): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const say = (path: (string | number)[], message: string) => problems.push({ path, message });
  const target = job.targetType?.toLowerCase();

  if (job.runOnce === false) {
    if (job.frequency === undefined) say(['frequency'], 'runOnce false needs frequency (hours, 1 to 168)');
    if (job.maxNumberOfImageToKeep === undefined)
      say(['maxNumberOfImageToKeep'], 'runOnce false needs maxNumberOfImageToKeep (1 to 10)');
  }
  if (job.netMode === 2 && !job.vSwitchId) say(['vSwitchId'], 'netMode 2 needs vSwitchId');
  if (job.vpcId && !job.vSwitchId) say(['vSwitchId'], 'vpcId needs vSwitchId');
  if (target?.endsWith('instance') && !job.instanceId)
    say(['instanceId'], `targetType ${job.targetType} needs instanceId`);
  if (target === 'containerimage') {
    for (const field of ['containerNamespace', 'containerRepository'] as const) {
      if (!job[field]) say([field], `targetType ContainerImage needs ${field}`);
    }
  }
  return [...problems, ...diskProblems(job)];
}

/** The rules for disks and their parts that these settings break, at a job's creation and at each change. */
export function diskProblems(job: Pick<JobSettings, 'dataDisks' | 'systemDiskParts' | 'systemDiskSize'>) {
  const problems: SettingsProblem[] = [];
  const seen = new Set<number>();
  job.dataDisks?.forEach((disk, i) => {
    const path = ['dataDisks', i];
    if (seen.has(disk.index)) {
      problems.push({ path: [...path, 'index'], message: `data disk index ${disk.index} is used twice` });
    }
    seen.add(disk.index);
    if (partsGiB(disk.parts) > disk.size) {
      problems.push({
        path: [...path, 'parts'],
        message: `the parts are larger than the disk (${disk.size} GiB)`,
      });
    }
  });
  if (job.systemDiskSize !== undefined && partsGiB(job.systemDiskParts) > job.systemDiskSize) {
    problems.push({
      path: ['systemDiskParts'],
      message: `the parts are larger than the system disk (${job.systemDiskSize} GiB)`,
    });
  }
  return problems;
}

const dayMs = 86_400_000;

/**
 * The rules of CreateReplicationJob that depend on the time of the call. The client does not check them: a creation that is
 * repeated later must still find its job by the ClientToken.
 */
export function timeProblems(
  job: Pick<JobSettings, 'scheduledStartTime' | 'validTime'>,
  now = new Date(),
): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const days = (time: string) => (Date.parse(time) - now.getTime()) / dayMs;
  if (job.scheduledStartTime !== undefined) {
    const ahead = days(job.scheduledStartTime);
    if (ahead < 0 || ahead > 30)
      problems.push({
        path: ['scheduledStartTime'],
        message: 'scheduledStartTime is within 30 days of the creation',
      });
  }
  if (job.validTime !== undefined) {
    const ahead = days(job.validTime);
    if (ahead < 7 || ahead > 90)
      problems.push({ path: ['validTime'], message: 'validTime is 7 to 90 days after the creation' });
  }
  return problems;
}

const partsGiB = (parts: { sizeBytes?: number }[] | undefined) =>
  (parts ?? []).reduce((sum, part) => sum + (part.sizeBytes ?? 0), 0) / 2 ** 30;

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

// Date.parse reads February 30th as a day of March.
function isRealTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 16));
}
