import type { Plan } from '../../../src/plan';
import { byName } from '../../../src/text';
import type { JobEvidence } from '../../contract/ends/job-evidence';
import { textLimits } from '../servers/failure-texts';
import type { ServerRecord } from '../servers/server-record';
import { newBatchState } from '../state';
import { type CarriedBatch, carriedBatch } from './carried-batch';

/** Random texts, which compression does not make shorter. */
export interface Noise {
  text(length: number): string;
  hex(length: number): string;
}

/** The largest state over Continue-As-New: every server has failed with a different text. */
export function largestBatch(plan: Plan, noise: Noise, now: number): CarriedBatch {
  const servers = byName<ServerRecord>();
  let texts: number = textLimits.all;
  for (const [nth, { name, sourceId }] of plan.servers.entries()) {
    const length = texts > 0 ? Math.min(texts, textLimits.message) : textLimits.beyond;
    texts -= length;
    const startedAt = now + Number.parseInt(noise.hex(5), 16);
    const jobId = `j-${noise.text(20)}`;
    servers[name] = {
      phase: 'failed',
      round: Math.floor(startedAt / 1000),
      starts: 3,
      startedAt,
      stoppedRunningAt: startedAt + Number.parseInt(noise.hex(4), 16),
      endedAt: startedAt + Number.parseInt(noise.hex(6), 16),
      sourceId: sourceId ?? `s-${noise.text(20)}`,
      diskGiB: Number.parseInt(noise.hex(3), 16),
      jobId,
      error: { code: 'InternalError', message: noise.text(length), remedy: '', requestId: noise.hex(36) },
      leftover: { jobId, why: 'deleteFailed' },
      evidence: nth < textLimits.evidence ? largestEvidence(jobId, noise, startedAt) : undefined,
    };
  }
  return carriedBatch({ ...newBatchState(plan, { firstRunId: '', taskQueue: '', now }), servers });
}

/** Its texts are those of the error, and count once. */
function largestEvidence(jobId: string, noise: Noise, readAt: number): JobEvidence {
  const run = {
    type: 'Schedule',
    startTime: noise.text(20),
    endTime: noise.text(20),
    imageId: noise.text(22),
  };
  return {
    jobId,
    readAt,
    job: {
      status: 'InError',
      businessStatus: 'Syncing',
      progress: Number.parseInt(noise.hex(3), 16) / 100,
      errorCode: noise.text(30),
      creationTime: noise.text(20),
      startTime: noise.text(20),
      endTime: noise.text(20),
      transitionInstanceId: noise.text(22),
      runs: [run, run, run, run, run].map((same) => ({
        ...same,
        imageId: noise.text(22),
        endTime: noise.text(20),
      })),
    },
    source: { sourceId: noise.text(22), state: 'Unavailable', errorCode: noise.text(30) },
  };
}
