import { z } from 'zod';
import {
  changeableFields,
  diskProblems,
  eachKeyOnce,
  jobSettingsSchema,
  type SettingsProblem,
  settingsProblems,
} from './job-settings';

const jobId = z.string().min(1);
const sourceId = z.string().min(1);
const paging = {
  pageNumber: z.number().int().min(1).optional(),
  pageSize: z.number().int().min(1).max(50).optional(),
};
const sourceText = z
  .string()
  .max(256, 'at most 256 characters')
  .refine((text) => !/^https?:\/\//.test(text), 'does not start with http:// or https://');

// SMC: a Value without its Key is InvalidParameter.TagValue.
const tagFilter = z
  .array(z.strictObject({ key: z.string().min(1, 'a tag needs its key'), value: z.string().optional() }))
  .max(20, 'at most 20 tags')
  .optional();
const jobTypeFilter = z.union([z.string(), z.number()]);

function addProblems(problems: SettingsProblem[], context: z.core.$RefinementCtx): void {
  for (const { path, message } of problems) context.addIssue({ code: 'custom', path, message });
}

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
  .superRefine((job, context) => addProblems(settingsProblems(job), context));

/** SMC: ModifyReplicationJobAttribute. The settings that may change depend on the job's status; the service checks that. */
export const modifyReplicationJobAttributeSchema = z
  .strictObject({ jobId, ...changeableFields })
  .superRefine((job, context) => addProblems(diskProblems(job), context));

/** SMC: DescribeReplicationJobs; filters are ANDed. */
export const describeReplicationJobsSchema = z.strictObject({
  sourceIds: z.array(sourceId).max(50, 'at most 50 sources').optional(),
  jobIds: z.array(jobId).max(50, 'at most 50 jobs').optional(),
  instanceIds: z.array(z.string()).max(50, 'at most 50 instances').optional(),
  name: z.string().optional(),
  regionId: z.string().optional(),
  status: z.string().optional(),
  businessStatus: z.string().optional(),
  jobType: jobTypeFilter.optional(),
  tags: tagFilter,
  ...paging,
});

/** SMC: DescribeSourceServers; filters are ANDed. */
export const describeSourceServersSchema = z.strictObject({
  sourceIds: z.array(sourceId).max(50, 'at most 50 sources').optional(),
  jobId: z.string().optional(),
  state: z.string().optional(),
  name: z.string().optional(),
  tags: tagFilter,
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

const resourceIds = z
  .array(z.string().min(1))
  .max(50, 'at most 50 resources')
  // SMC: Duplicate.ResourceId.
  .refine((ids) => new Set(ids).size === ids.length, 'each resource once');

const resources = {
  resourceType: z.enum(resourceTypes),
  resourceIds: resourceIds.min(1, 'at least one resource'),
};

const resourceTagKey = z
  .string()
  .min(1, '1 to 128 characters')
  .max(128, '1 to 128 characters')
  .refine((key) => !/^(aliyun|acs:)/.test(key), "does not start with 'aliyun' or 'acs:'")
  .refine((key) => !/https?:\/\//.test(key), 'has no http:// or https:// in it');

const resourceTagValue = z
  .string()
  .min(1, '1 to 128 characters')
  .max(128, '1 to 128 characters')
  .refine((value) => !/https?:\/\//.test(value), 'has no http:// or https:// in it');

/** SMC: TagResources; unlike a job's creation it allows no empty value. */
export const tagResourcesSchema = z.strictObject({
  ...resources,
  tags: z
    .array(z.strictObject({ key: resourceTagKey, value: resourceTagValue }))
    .min(1, 'at least one tag')
    .max(20, 'at most 20 tags')
    .refine(eachKeyOnce, 'each tag key once'),
});

/** SMC: ListTagResources; all given tags must match. */
export const listTagResourcesSchema = z.strictObject({
  resourceType: resources.resourceType,
  resourceIds: resourceIds.optional(),
  tags: tagFilter,
  nextToken: z.string().optional(),
});

/** SMC: UntagResources; `all` counts only when no key is given. */
export const untagResourcesSchema = z
  .strictObject({
    ...resources,
    tagKeys: z.array(z.string().min(1)).max(20, 'at most 20 tags').optional(),
    all: z.boolean().optional(),
  })
  .refine((request) => request.all || request.tagKeys?.length, 'tagKeys, or all: true');

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
