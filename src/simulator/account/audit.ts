import { byName } from '../../text';
import type { SimulatedAccount } from './account';
import type { Audit, AuditRecord } from './audit-record';
import { utcTime } from './clock';

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

/** Counts a call; `refusal` is the code of the error that was answered. */
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
