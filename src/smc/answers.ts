import { z } from 'zod';

// Answers are read leniently: fields we do not know are dropped, optional ones may be absent, null or empty (XML), and
// numbers and booleans may come as strings.
const text = z.preprocess(
  (v) => (v === null || v === '' ? undefined : typeof v === 'number' ? String(v) : v),
  z.string().optional(),
);
const number = z.preprocess((v) => {
  if (v === null || v === '') return undefined;
  return typeof v === 'string' && Number.isFinite(Number(v)) ? Number(v) : v;
}, z.number().optional());
const flag = z.preprocess((v) => {
  if (v === null || v === '') return undefined;
  return typeof v === 'string' ? v.toLowerCase() === 'true' : v;
}, z.boolean().optional());

/** A list under its singular key (`{Part: […]}`); absent, empty, a lone item (XML) or a bare array are fine too. */
function listOf<T extends z.ZodType>(singular: string, item: T) {
  return z.preprocess((v) => {
    if (v === undefined || v === null || v === '') return [];
    if (Array.isArray(v)) return v;
    const inner = (v as Record<string, unknown>)[singular];
    if (inner === undefined || inner === null || inner === '') return [];
    return Array.isArray(inner) ? inner : [inner];
  }, z.array(item));
}

const diskPart = z.object({
  path: text,
  device: text,
  canBlock: flag,
  need: flag,
  block: flag,
  sizeBytes: number,
});
const dataDisk = z.object({ index: number, path: text, size: number, parts: listOf('part', diskPart) });

export const sourceServerStates = [
  'Available',
  'Active',
  'InUse',
  'Unavailable',
  'Inactive',
  'InError',
  'Deleting',
] as const;

/** A source server; sizes in GiB, part sizes in bytes. SMC: DescribeSourceServers. */
export const sourceServerSchema = z.object({
  sourceId: z.string(),
  name: text,
  description: text,
  state: text,
  errorCode: text,
  statusInfo: text,
  platform: text,
  architecture: text,
  agentVersion: text,
  kernelLevel: number,
  replicationDriver: text,
  heartbeatRate: number,
  jobId: text,
  creationTime: text,
  systemInfo: text,
  systemDiskSize: number,
  systemDiskParts: listOf('systemDiskPart', diskPart),
  dataDisks: listOf('dataDisk', dataDisk),
});
export type SourceServer = z.infer<typeof sourceServerSchema>;

export const replicationJobStatuses = [
  'Ready',
  'Running',
  'Finished',
  'Stopped',
  'InError',
  'Waiting',
  'Expired',
  'Deleting',
] as const;
export type ReplicationJobStatus = (typeof replicationJobStatuses)[number];

export const businessStatuses = ['Preparing', 'Syncing', 'Processing', 'Cleaning'] as const;

/**
 * A replication job. `status` is the API's word as it came: judge it with {@link isKnownStatus}, so that one job of
 * a newer kind does not make a whole page unreadable. SMC: DescribeReplicationJobs.
 */
export const replicationJobSchema = z.object({
  jobId: z.string(),
  sourceId: text,
  regionId: text,
  name: text,
  description: text,
  status: z.string(),
  businessStatus: text,
  /** Percent. */
  progress: number,
  errorCode: text,
  statusInfo: text,
  creationTime: text,
  startTime: text,
  endTime: text,
  scheduledStartTime: text,
  validTime: text,
  imageId: text,
  imageName: text,
  targetType: text,
  instanceId: text,
  transitionInstanceId: text,
  systemDiskSize: number,
  systemDiskParts: listOf('systemDiskPart', diskPart),
  dataDisks: listOf('dataDisk', dataDisk),
  runOnce: flag,
  frequency: number,
  maxNumberOfImageToKeep: number,
  netMode: number,
  vpcId: text,
  vSwitchId: text,
  replicationParameters: text,
  instanceType: text,
  instanceRamRole: text,
  containerNamespace: text,
  containerRepository: text,
  containerTag: text,
  jobType: text,
  licenseType: text,
  launchTemplateId: text,
  launchTemplateVersion: text,
  resourceGroupId: text,
  replicationJobRuns: listOf(
    'replicationJobRun',
    z.object({ startTime: text, endTime: text, imageId: text, type: text }),
  ),
  tags: listOf('tag', z.object({ key: text, value: text })),
});
export type ReplicationJob = z.infer<typeof replicationJobSchema>;

/** Whether this version knows the status and so may act on it. */
export function isKnownStatus(status: string): status is ReplicationJobStatus {
  return (replicationJobStatuses as readonly string[]).includes(status);
}

const requestId = { requestId: text };
const page = { totalCount: number, pageNumber: number, pageSize: number };

export const emptyAnswerSchema = z.object(requestId);
export const createReplicationJobAnswerSchema = z.object({ ...requestId, jobId: z.string().min(1) });
export const describeReplicationJobsAnswerSchema = z.object({
  ...requestId,
  ...page,
  replicationJobs: listOf('replicationJob', replicationJobSchema),
});
export const describeSourceServersAnswerSchema = z.object({
  ...requestId,
  ...page,
  sourceServers: listOf('sourceServer', sourceServerSchema),
});
export const tagResourceSchema = z.object({
  resourceId: z.string(),
  resourceType: text,
  tagKey: z.string(),
  tagValue: text,
});
export const listTagResourcesAnswerSchema = z.object({
  ...requestId,
  nextToken: text,
  tagResources: listOf('tagResource', tagResourceSchema),
});

export type EmptyAnswer = z.infer<typeof emptyAnswerSchema>;
export type CreateReplicationJobAnswer = z.infer<typeof createReplicationJobAnswerSchema>;
export type DescribeReplicationJobsAnswer = z.infer<typeof describeReplicationJobsAnswerSchema>;
export type DescribeSourceServersAnswer = z.infer<typeof describeSourceServersAnswerSchema>;
export type ListTagResourcesAnswer = z.infer<typeof listTagResourcesAnswerSchema>;
export type TagResource = z.infer<typeof tagResourceSchema>;
