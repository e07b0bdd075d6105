import { byName } from '../text';
import type { SimulatedAccount } from './account';
import { utcTime } from './clock';
import type { JobStatus } from './replication-job';

/** How many jobs there were from this moment on. */
export interface TimelinePoint {
  /** Simulated seconds since the account began. */
  atSeconds: number;
  /** Milliseconds of real time since this process began to serve it. */
  realMs: number;
  existing: number;
  running: number;
}

/** Something a job has made: an image, a container image (`namespace/repository:tag`) or a target instance. */
export interface MadeImage {
  jobId: string;
  imageId: string;
  name: string;
  /** UTC, virtual. */
  at: string;
}

/** What is counted while it happens; plain data, part of the snapshot. */
export interface AuditRecord {
  peakExisting: number;
  peakRunning: number;
  refusedCreates: number;
  refusedStarts: number;
  createsPerSource: Record<string, number>;
  imagesPerSource: Record<string, MadeImage[]>;
  calls: Record<string, { accepted: number; refused: Record<string, number> }>;
  callsTotal: number;
  instancesCreated: number;
  instancesReleased: number;
  instanceMs: number;
  timeline: TimelinePoint[];
}

/** What became of the account, counted on its own side: what a test should believe. */
export interface Audit {
  virtualNow: string;
  virtualSeconds: number;
  realMs: number;
  jobs: {
    existing: number;
    running: number;
    peakExisting: number;
    peakRunning: number;
    /** Jobs that still exist, other tools' left out. */
    leftovers: { jobId: string; sourceId: string; status: JobStatus; name?: string }[];
    foreign: { existing: number; running: number };
  };
  quota: { jobs: number; running: number; refusedCreates: number; refusedStarts: number };
  /** CreateReplicationJob: how often it was called, how often a job was made of it, and for which sources. */
  creates: { calls: number; tookEffect: number; perSource: Record<string, number> };
  images: { total: number; perSource: Record<string, MadeImage[]> };
  calls: {
    total: number;
    perOperation: Record<string, { accepted: number; refused: Record<string, number> }>;
  };
  instances: {
    now: number;
    created: number;
    released: number;
    /** Still there, and billed, though their job does not run or wait: it is Stopped, InError or Expired. */
    leaked: number;
    hours: number;
  };
  timeline: TimelinePoint[];
}

/** An empty record. */
export function emptyAudit(): AuditRecord {
  return {
    peakExisting: 0,
    peakRunning: 0,
    refusedCreates: 0,
    refusedStarts: 0,
    createsPerSource: byName(),
    imagesPerSource: byName(),
    calls: byName(),
    callsTotal: 0,
    instancesCreated: 0,
    instancesReleased: 0,
    instanceMs: 0,
    timeline: [],
  };
}

/** The record that a state file has: JSON, so its counts by name are made safe for any name again. */
export const restoredAudit = (record: AuditRecord): AuditRecord => ({
  ...record,
  createsPerSource: byName(record.createsPerSource),
  imagesPerSource: byName(record.imagesPerSource),
  calls: byName(record.calls),
});

/** Notes that the number of jobs has changed, at the account's time. */
export function noteJobCounts(account: SimulatedAccount): void {
  const { record, clock } = account;
  const existing = account.jobs.size;
  const { running } = account;
  record.peakExisting = Math.max(record.peakExisting, existing);
  record.peakRunning = Math.max(record.peakRunning, running);
  record.timeline.push({
    atSeconds: (account.time - account.epoch) / 1000,
    realMs: clock.realMsAt(account.time),
    existing,
    running,
  });
}

/** Notes a call and what was answered; `refusal` is the error's code. */
export function noteCall(record: AuditRecord, operation: string, refusal?: string): void {
  record.callsTotal++;
  record.calls[operation] ??= { accepted: 0, refused: byName() };
  const calls = record.calls[operation];
  if (refusal === undefined) calls.accepted++;
  else calls.refused[refusal] = (calls.refused[refusal] ?? 0) + 1;
}

/** The audit as of now. */
export function auditOf(account: SimulatedAccount): Audit {
  const now = account.now();
  const { record, options } = account;
  const jobs = [...account.jobs.values()];
  const foreign = jobs.filter((job) => job.foreign);
  const withInstance = jobs.filter((job) => job.instance);
  const create = record.calls.CreateReplicationJob;
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
  return {
    virtualNow: utcTime(now),
    virtualSeconds: (now - account.epoch) / 1000,
    realMs: account.clock.realMs(),
    jobs: {
      existing: jobs.length,
      running: account.running,
      peakExisting: record.peakExisting,
      peakRunning: record.peakRunning,
      leftovers: jobs
        .filter((job) => !job.foreign)
        .map(({ jobId, sourceId, status, settings }) => ({ jobId, sourceId, status, name: settings.name })),
      foreign: {
        existing: foreign.length,
        running: foreign.filter((job) => job.status === 'Running').length,
      },
    },
    quota: {
      jobs: options.jobsQuota,
      running: options.runningQuota,
      refusedCreates: record.refusedCreates,
      refusedStarts: record.refusedStarts,
    },
    creates: {
      calls: create ? create.accepted + sum(create.refused) : 0,
      tookEffect: sum(record.createsPerSource),
      perSource: { ...record.createsPerSource },
    },
    images: {
      total: Object.values(record.imagesPerSource).reduce((total, images) => total + images.length, 0),
      perSource: structuredClone(record.imagesPerSource),
    },
    calls: { total: record.callsTotal, perOperation: structuredClone(record.calls) },
    instances: {
      now: withInstance.length,
      created: record.instancesCreated,
      released: record.instancesReleased,
      leaked: withInstance.filter((job) => ['Stopped', 'InError', 'Expired'].includes(job.status)).length,
      hours:
        withInstance.reduce((ms, job) => ms + (now - job.instance!.since), record.instanceMs) / 3_600_000,
    },
    timeline: record.timeline.slice(),
  };
}
