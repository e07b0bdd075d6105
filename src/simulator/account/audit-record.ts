import { byName } from '../../text';
import type { JobStatus } from '../jobs/replication-job';

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
interface MadeImage {
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
