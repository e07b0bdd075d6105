import { z } from 'zod';

// Answers are read leniently: unknown fields are dropped; optional fields may be absent, null or empty (XML); numbers and
// booleans may be strings; a field of an unexpected type is dropped, and the rest of the page is read.
const text = z.preprocess(asText, z.string().optional());
/** A text that is empty when it is absent. */
const word = z.preprocess((v) => asText(v) ?? '', z.string());
const id = z.preprocess(asText, z.string());
const number = z.preprocess((v) => {
  const n = typeof v === 'string' && v.trim() !== '' ? Number(v) : v;
  return typeof n === 'number' && Number.isFinite(n) ? n : undefined;
}, z.number().optional());
const flag = z.preprocess((v) => {
  const said = asText(v)?.toLowerCase();
  if (said === 'true' || said === '1') return true;
  return said === 'false' || said === '0' ? false : undefined;
}, z.boolean().optional());

/** SMC: StatusInfo and SystemInfo are JSON strings; newer answers may give the object itself. */
function asText(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value !== 'object') return String(value);
  return Object.keys(value).length === 0 ? undefined : JSON.stringify(value);
}

/**
 * A list under its singular key (`{Part: […]}`). It may also be absent, empty, a single item (XML), a plain array, or items
 * directly under the list's own name (the XML samples of newer help pages).
 */
function listOf<T extends z.ZodType>(singular: string, item: T) {
  return z.preprocess((v) => itemsOf(singular, v).filter((one) => isFields(one)), z.array(item));
}

function itemsOf(singular: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => itemsOf(singular, one));
  if (!isFields(value) || Object.keys(value).length === 0) return [];
  return singular in value ? [value[singular]].flat() : [value];
}

function isFields(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
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
const tags = listOf('tag', z.object({ key: text, value: text }));

/** Newer jobs name their disks by id, and may use LVM. SMC: Disks. */
const disk = z.object({
  diskId: text,
  index: number,
  size: number,
  lvm: flag,
  parts: listOf('part', diskPart),
});
const disks = z.preprocess(
  (v) => (isFields(v) ? v : undefined),
  z
    .object({
      system: z.preprocess((v) => (isFields(v) ? v : undefined), disk.optional()),
      data: listOf('data', disk),
    })
    .optional(),
);

/** A source server; sizes in GiB, part sizes in bytes. SMC: DescribeSourceServers. */
const sourceServerSchema = z.object({
  sourceId: id,
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
  resourceGroupId: text,
  /** Absent where this answer does not contain tags: then only ListTagResources gives them. */
  tags: tags.optional(),
});
export type SourceServer = z.infer<typeof sourceServerSchema>;

const replicationJobStatuses = [
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

/**
 * A replication job. `status` is any text of the API: check it with {@link isKnownStatus}. So one job with a newer status
 * does not make the whole page unreadable. SMC: DescribeReplicationJobs.
 */
const replicationJobSchema = z.object({
  jobId: id,
  sourceId: text,
  regionId: text,
  name: text,
  description: text,
  status: word,
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
  disks,
  tags,
});
export type ReplicationJob = z.infer<typeof replicationJobSchema>;

/** Whether this version knows the status, and so may act on it. */
export function isKnownStatus(status: string): status is ReplicationJobStatus {
  return (replicationJobStatuses as readonly string[]).includes(status);
}

/** Whether a job counts as running; an unknown status counts, because it may be one of a running job. */
export const mayRun = ({ status }: Pick<ReplicationJob, 'status'>): boolean =>
  status === 'Running' || !isKnownStatus(status);

/** The image that a job has made; of an incremental job the last one. */
export const imageOf = ({ imageId, replicationJobRuns }: ReplicationJob): string | undefined =>
  imageId ?? replicationJobRuns.findLast((run) => run.imageId)?.imageId;

/**
 * The name of the job's image. SMC makes it unique, and gives one where the plan has none. An incremental job shows only the
 * name of its first image.
 */
export const imageNameOf = (job: ReplicationJob): string | undefined =>
  imageOf(job) !== undefined && job.replicationJobRuns.length <= 1 ? job.imageName : undefined;

const requestId = { requestId: text };
const page = { totalCount: number, pageNumber: number, pageSize: number };

export const emptyAnswerSchema = z.object(requestId);
export const createReplicationJobAnswerSchema = z.object({ ...requestId, jobId: id });
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
const tagResourceSchema = z.object({
  resourceId: id,
  resourceType: text,
  tagKey: id,
  tagValue: text,
});
export const listTagResourcesAnswerSchema = z.object({
  ...requestId,
  nextToken: text,
  tagResources: listOf('tagResource', tagResourceSchema),
});

export type DescribeReplicationJobsAnswer = z.infer<typeof describeReplicationJobsAnswerSchema>;
export type DescribeSourceServersAnswer = z.infer<typeof describeSourceServersAnswerSchema>;
export type ListTagResourcesAnswer = z.infer<typeof listTagResourcesAnswerSchema>;
export type TagResource = z.infer<typeof tagResourceSchema>;
