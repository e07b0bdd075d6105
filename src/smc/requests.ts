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

const sourceText = z
  .string()
  .max(256, 'at most 256 characters')
  .refine((text) => !/^https?:\/\//.test(text), 'does not start with http:// or https://');

const utcTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/, "a UTC time like '2030-01-31T22:00:00Z'")
  .refine((text) => !Number.isNaN(Date.parse(text)), 'a time that exists');

const partFields = {
  device: z.string().min(1).optional(),
  sizeBytes: z.number().int().positive().optional(),
  block: z.boolean().optional(),
};

const partRule = (part: { device?: string; sizeBytes?: number }) =>
  (part.device === undefined) === (part.sizeBytes === undefined);

/** A partition of a target disk; `sizeBytes` in bytes. SMC: DataDisk.N.Part.N, SystemDiskPart.N. */
export const diskPartSchema = z.strictObject(partFields).refine(partRule, 'device and sizeBytes go together');

/** A data disk of the target; `size` in GiB. SMC: DataDisk.N. */
export const dataDiskSchema = z.strictObject({
  index: z.number().int().min(1).max(16),
  size: z
    .number()
    .int()
    .min(20, 'a data disk has 20 to 32768 GiB')
    .max(32_768, 'a data disk has 20 to 32768 GiB'),
  parts: z.array(diskPartSchema).optional(),
});

const tagKey = z
  .string()
  .min(1)
  .max(128)
  .refine(
    (key) => !/^(aliyun|acs:|https?:\/\/)/.test(key),
    "does not start with 'aliyun', 'acs:', 'http://' or 'https://'",
  );

/** A tag of a new replication job; its value may be empty. SMC: CreateReplicationJob Tag.N. */
export const jobTagSchema = z.strictObject({ key: tagKey, value: z.string().max(128).optional() });

/** `TargetInstance` is the newer name of `Instance`; the API takes any case. */
export const targetTypes = ['Image', 'ContainerImage', 'Instance', 'TargetInstance'] as const;

const targetType = z
  .string()
  .refine(
    (text) => targetTypes.some((known) => known.toLowerCase() === text.toLowerCase()),
    `one of ${targetTypes.join(', ')}`,
  );

/** What a job can be created with and changed to later. Sizes in GiB, frequency in hours. */
const changeableFields = {
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
  dataDisks: z.array(dataDiskSchema).max(16).optional(),
  systemDiskParts: z.array(diskPartSchema).optional(),
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

/** What is fixed at a job's creation. */
const fixedFields = {
  tags: z.array(jobTagSchema).max(20, 'at most 20 tags').optional(),
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

/** The settings of a replication job, as a plan may give them: all optional, each checked on its own. */
export const jobSettingsSchema = z.strictObject({
  regionId: z.string().min(1).optional(),
  ...changeableFields,
  ...fixedFields,
});
export type JobSettings = z.infer<typeof jobSettingsSchema>;

/** A rule that several settings of one job must keep together; `path` is the setting to correct. */
export interface SettingsProblem {
  path: (string | number)[];
  message: string;
}

/** Every cross-field rule of CreateReplicationJob that these settings break. */
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
  const seen = new Set<number>();
  job.dataDisks?.forEach((disk, i) => {
    if (seen.has(disk.index)) say(['dataDisks', i, 'index'], `data disk index ${disk.index} is used twice`);
    seen.add(disk.index);
    if (partsGiB(disk.parts) > disk.size)
      say(['dataDisks', i, 'parts'], `the parts are larger than the disk (${disk.size} GiB)`);
  });
  if (job.systemDiskSize !== undefined && partsGiB(job.systemDiskParts) > job.systemDiskSize) {
    say(['systemDiskParts'], `the parts are larger than the system disk (${job.systemDiskSize} GiB)`);
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

function settingsRule(job: JobSettings, context: z.core.$RefinementCtx): void {
  for (const { path, message } of settingsProblems(job)) context.addIssue({ code: 'custom', path, message });
}

const jobId = z.string().min(1);
const sourceId = z.string().min(1);
const paging = {
  pageNumber: z.number().int().min(1).optional(),
  pageSize: z.number().int().min(1).max(50).optional(),
};
const jobTypeFilter = z.union([z.string(), z.number()]);

/** SMC: CreateReplicationJob. */
export const createReplicationJobSchema = jobSettingsSchema
  .extend({
    regionId: z.string().min(1),
    sourceId,
    clientToken: z
      .string()
      .max(64, 'at most 64 characters')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the rule.
      .regex(/^[\x00-\x7f]+$/, 'ASCII only')
      .optional(),
  })
  .superRefine(settingsRule);

/** SMC: ModifyReplicationJobAttribute. What may change depends on the job's status, which the service judges. */
export const modifyReplicationJobAttributeSchema = z.strictObject({ jobId, ...changeableFields });

/** SMC: DescribeReplicationJobs; filters are ANDed. */
export const describeReplicationJobsSchema = z.strictObject({
  sourceIds: z.array(sourceId).max(50).optional(),
  jobIds: z.array(jobId).max(50).optional(),
  instanceIds: z.array(z.string()).max(50).optional(),
  name: z.string().optional(),
  regionId: z.string().optional(),
  status: z.string().optional(),
  businessStatus: z.string().optional(),
  jobType: jobTypeFilter.optional(),
  tags: z
    .array(z.strictObject({ key: z.string().min(1), value: z.string().optional() }))
    .max(20)
    .optional(),
  ...paging,
});

/** SMC: DescribeSourceServers; filters are ANDed. */
export const describeSourceServersSchema = z.strictObject({
  sourceIds: z.array(sourceId).max(50).optional(),
  jobId: z.string().optional(),
  state: z.string().optional(),
  name: z.string().optional(),
  tags: z
    .array(z.strictObject({ key: z.string().min(1), value: z.string().optional() }))
    .max(20)
    .optional(),
  ...paging,
});

/** SMC: ModifySourceServerAttribute. */
export const modifySourceServerAttributeSchema = z.strictObject({
  sourceId,
  name: sourceText.optional(),
  description: sourceText.optional(),
});

/** SMC: DeleteSourceServer; `force` also deletes the source's job that is not running. */
export const deleteSourceServerSchema = z.strictObject({ sourceId, force: z.boolean().optional() });

/** SMC: StartReplicationJob, StopReplicationJob, DeleteReplicationJob. */
export const jobIdSchema = z.strictObject({ jobId });

/** SMC: CutOverReplicationJob; `syncData` runs one last sync first. */
export const cutOverReplicationJobSchema = z.strictObject({ jobId, syncData: z.boolean().optional() });

export const resourceTypes = ['sourceserver', 'replicationjob'] as const;

const resources = {
  resourceType: z.enum(resourceTypes),
  resourceIds: z.array(z.string().min(1)).min(1).max(50, 'at most 50 resources'),
};

const resourceTagKey = z
  .string()
  .min(1)
  .max(128)
  .refine((key) => !/^(aliyun|acs:)/.test(key), "does not start with 'aliyun' or 'acs:'")
  .refine((key) => !/https?:\/\//.test(key), 'has no http:// or https:// in it');

const resourceTagValue = z
  .string()
  .min(1)
  .max(128)
  .refine((value) => !/https?:\/\//.test(value), 'has no http:// or https:// in it');

/** SMC: TagResources; unlike a job's creation it takes no empty value. */
export const tagResourcesSchema = z.strictObject({
  ...resources,
  tags: z
    .array(z.strictObject({ key: resourceTagKey, value: resourceTagValue }))
    .min(1)
    .max(20, 'at most 20 tags'),
});

/** SMC: ListTagResources; all given tags must match. */
export const listTagResourcesSchema = z.strictObject({
  resourceType: resources.resourceType,
  resourceIds: z.array(z.string().min(1)).max(50, 'at most 50 resources').optional(),
  tags: z
    .array(z.strictObject({ key: z.string().min(1), value: z.string().optional() }))
    .max(20)
    .optional(),
  nextToken: z.string().optional(),
});

/** SMC: UntagResources; `all` counts only when no key is given. */
export const untagResourcesSchema = z.strictObject({
  ...resources,
  tagKeys: z.array(z.string().min(1)).max(20).optional(),
  all: z.boolean().optional(),
});

export type CreateReplicationJobRequest = z.infer<typeof createReplicationJobSchema>;
export type ModifyReplicationJobAttributeRequest = z.infer<typeof modifyReplicationJobAttributeSchema>;
export type DescribeReplicationJobsRequest = z.infer<typeof describeReplicationJobsSchema>;
export type DescribeSourceServersRequest = z.infer<typeof describeSourceServersSchema>;
export type ModifySourceServerAttributeRequest = z.infer<typeof modifySourceServerAttributeSchema>;
export type DeleteSourceServerRequest = z.infer<typeof deleteSourceServerSchema>;
export type JobIdRequest = z.infer<typeof jobIdSchema>;
export type CutOverReplicationJobRequest = z.infer<typeof cutOverReplicationJobSchema>;
export type TagResourcesRequest = z.infer<typeof tagResourcesSchema>;
export type ListTagResourcesRequest = z.infer<typeof listTagResourcesSchema>;
export type UntagResourcesRequest = z.infer<typeof untagResourcesSchema>;
