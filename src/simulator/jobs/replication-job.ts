import type { Due } from '../account/agenda';
import { utcTime } from '../account/clock';
import type { Tag } from '../account/source-server';
import { keptAnswer } from '../parameters/kept-parameters';
import { businessStatusAt, progressAt, type RunPlan } from './run-plan';

/** Statuses of a job that is not ended: a source has at most one of these. */
const liveStatuses = ['Ready', 'Running', 'Stopped', 'Waiting', 'InError', 'Expired'] as const;

/** SMC's statuses of a replication job. */
export type JobStatus = (typeof liveStatuses)[number] | 'Finished' | 'Deleting';

/** A partition of a target disk. */
export interface TargetPart {
  device?: string;
  sizeBytes?: number;
  block: boolean;
}

/** What a job was created with or changed to. Sizes in GiB, frequency in hours, times in virtual ms. */
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
  /** The newer parameters that are only kept and given back, under their wire names. */
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
  /** What a run that broke has left: Progress, and the share of the transfer that need not be repeated. */
  progress: number;
  transferredShare: number;
  /** A first sync was completed: later runs carry only what has changed. */
  synced: boolean;
  run?: RunPlan;
  runs: PastRun[];
  imageId?: string;
  /** The images it has made and not dropped, oldest first. */
  imageIds: string[];
  /** The intermediate instance, billed while it is there. */
  instance?: { instanceId: string; since: number };
  tags: Tag[];
  /** Made by another tool. */
  foreign?: true;
  due: Due;
  /** With a read lag: what is still shown instead of the job. `undefined`: nothing. */
  shown?: { until: number; status: JobStatus; answer: Record<string, unknown> | undefined };
}

/** Whether SMC counts the job as its source's one job. */
export function isLive(status: JobStatus): boolean {
  return status !== 'Finished' && status !== 'Deleting';
}

/** The job as DescribeReplicationJobs answers it at that time. */
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
