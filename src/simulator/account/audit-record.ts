import { byName } from '../../text';
import type { JobStatus } from '../jobs/replication-job';

/** The number of jobs from this moment on. */
export interface TimelinePoint {
  /** Simulated seconds since the account began. */
  atSeconds: number;
  /** Milliseconds of real time since this process began to serve it. */
  realMs: number;
  existing: number;
  running: number;
}

/** The result of a job: an image, a container image (`namespace/repository:tag`) or a target instance. */
interface MadeImage {
  jobId: string;
  imageId: string;
  name: string;
  /** UTC, virtual. */
  at: string;
}

/** The counts that the account keeps; plain data, part of its state file. */
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

/** What happened in the account, counted by the account itself: tests assert on it. */
export interface Audit {
  virtualNow: string;
  virtualSeconds: number;
  realMs: number;
  jobs: {
    existing: number;
    running: number;
    peakExisting: number;
    peakRunning: number;
    /** Jobs that still exist, without those of other tools. */
    leftovers: { jobId: string; sourceId: string; status: JobStatus; name?: string }[];
    foreign: { existing: number; running: number };
  };
  quota: { jobs: number; running: number; refusedCreates: number; refusedStarts: number };
  /** CreateReplicationJob: how often it was called, how often it made a job, and for which sources. */
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
    /** Instances that are billed while their job is Stopped, InError or Expired. */
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

/** The record from a state file. JSON gives its maps a prototype: they become maps without one, safe for any name. */
export const restoredAudit = (record: AuditRecord): AuditRecord => ({
  ...record,
  createsPerSource: byName(record.createsPerSource),
  imagesPerSource: byName(record.imagesPerSource),
  calls: byName(record.calls),
});
