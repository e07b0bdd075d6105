import type { Due } from '../account/agenda';
import { utcTime } from '../account/clock';
import type { Tag } from '../account/source-server';
import { keptAnswer } from '../parameters/kept-parameters';
import { businessStatusAt, progressAt, type RunPlan } from './run-plan';

/** The statuses of a live job: a source has at most one such job. */
const liveStatuses = ['Ready', 'Running', 'Stopped', 'Waiting', 'InError', 'Expired'] as const;

/** SMC's statuses of a replication job. */
export type JobStatus = (typeof liveStatuses)[number] | 'Finished' | 'Deleting';

/** A partition of a target disk. */
export interface TargetPart {
  device?: string;
  sizeBytes?: number;
  block: boolean;
}

/** The settings of a job. Sizes in GiB, frequency in hours, times in virtual ms. */
export interface JobSettings {
  name?: string;
  description?: string;
  imageName?: string;
  targetType: 'Image' | 'ContainerImage' | 'Instance' | 'TargetInstance';
  instanceId?: string;
  scheduledStartTime?: number;
  validTime: number;
  systemDiskSize: number;
  systemDiskParts: TargetPart[];
  dataDisks: { index: number; size: number; parts: TargetPart[] }[];
  netMode: number;
  vpcId?: string;
  vSwitchId?: string;
  replicationParameters?: string;
  runOnce: boolean;
  frequency?: number;
  maxNumberOfImageToKeep?: number;
  instanceType?: string;
  instanceRamRole?: string;
  containerNamespace?: string;
  containerRepository?: string;
  containerTag?: string;
  /** Newer parameters that SMC only keeps and gives back, under their wire names. */
  kept: Record<string, string>;
}

/** A run that has ended. */
interface PastRun {
  startTime: number;
  endTime: number;
  imageId?: string;
  type: RunPlan['type'];
}

/** A replication job of the account. Times in virtual ms. */
export interface SimulatedJob {
  jobId: string;
  sourceId: string;
  regionId: string;
  settings: JobSettings;
  status: JobStatus;
  createdAt: number;
  startTime?: number;
  endTime?: number;
  errorCode?: string;
  statusInfo?: string;
  /** What the last broken run has left: its Progress, and the share of the transfer that the next run does not repeat. */
  progress: number;
  transferredShare: number;
  /** A first sync was completed: later runs transfer only the changes. */
  synced: boolean;
  run?: RunPlan;
  runs: PastRun[];
  imageId?: string;
  /** Its images that are kept, oldest first. */
  imageIds: string[];
  /** The intermediate instance, which is billed while it exists. */
  instance?: { instanceId: string; since: number };
  tags: Tag[];
  /** Made by another tool. */
  foreign?: true;
  due: Due;
  /** With a read lag: the older answer that reads still show. Without an `answer` the job is not listed yet. */
  shown?: { until: number; status: JobStatus; answer: Record<string, unknown> | undefined };
}

/** Whether SMC counts the job as the source's live job. */
export function isLive(status: JobStatus): boolean {
  return status !== 'Finished' && status !== 'Deleting';
}

/** The job in an answer of DescribeReplicationJobs at this time. */
export function jobAnswer(job: SimulatedJob, now: number, newerFields: boolean): Record<string, unknown> {
  const { settings, run } = job;
  const time = (at: number | undefined) => (at === undefined ? undefined : utcTime(at));
  return {
    JobId: job.jobId,
    SourceId: job.sourceId,
    RegionId: job.regionId,
    Name: settings.name,
    Description: settings.description,
    Status: job.status,
    BusinessStatus: run && businessStatusAt(run, now),
    Progress: run ? progressAt(run, now) : job.progress,
    ErrorCode: job.errorCode,
    StatusInfo: job.statusInfo,
    CreationTime: utcTime(job.createdAt),
    StartTime: time(job.startTime),
    EndTime: time(job.endTime),
    ScheduledStartTime: time(settings.scheduledStartTime),
    ValidTime: utcTime(settings.validTime),
    ImageId: job.imageId,
    ImageName: settings.imageName,
    TargetType: settings.targetType,
    InstanceId: settings.instanceId,
    TransitionInstanceId: job.instance?.instanceId,
    SystemDiskSize: settings.systemDiskSize,
    SystemDiskParts: { SystemDiskPart: settings.systemDiskParts.map(partAnswer) },
    DataDisks: {
      DataDisk: settings.dataDisks.map((disk) => ({
        Index: disk.index,
        Size: disk.size,
        Parts: { Part: disk.parts.map(partAnswer) },
      })),
    },
    NetMode: settings.netMode,
    VpcId: settings.vpcId,
    VSwitchId: settings.vSwitchId,
    ReplicationParameters: settings.replicationParameters,
    RunOnce: settings.runOnce,
    Frequency: settings.frequency,
    MaxNumberOfImageToKeep: settings.maxNumberOfImageToKeep,
    InstanceType: settings.instanceType,
    InstanceRamRole: settings.instanceRamRole,
    ContainerNamespace: settings.containerNamespace,
    ContainerRepository: settings.containerRepository,
    ContainerTag: settings.containerTag,
    ReplicationJobRuns: {
      ReplicationJobRun: job.runs.map((past) => ({
        StartTime: utcTime(past.startTime),
        EndTime: utcTime(past.endTime),
        ImageId: past.imageId,
        Type: past.type,
      })),
    },
    ...(newerFields && {
      ...keptAnswer(settings.kept),
      Tags: { Tag: job.tags.map(({ key, value }) => ({ Key: key, Value: value })) },
    }),
  };
}

const partAnswer = (part: TargetPart) => ({
  Device: part.device,
  SizeBytes: part.sizeBytes,
  Block: part.block,
});
