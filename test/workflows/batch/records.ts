import type { PlannedServer } from '../../../src/plan';
import { decide } from '../../../workflows/batch/decide';
import { openGates } from '../../../workflows/batch/gates/gates';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import type { Batch, BatchState } from '../../../workflows/batch/state';

// Records, and what a batch sends, for the tables of these tests.
export const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
export const migrating = { phase: 'migrating', round: 1, startedAt: 0, starts: 1, runId: 'r-1' } as const;
export const migrated = { phase: 'migrated', round: 1, jobId: 'j-1', startedAt: 0, endedAt: 1 } as const;
export const failed = { phase: 'failed', round: 1, error, startedAt: 0, endedAt: 1 } as const;
export const synced = { phase: 'synced', round: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1' } as const;
export const waiting = (more: object = {}) => ({ phase: 'waiting', round: 0, ...more }) as const;
export const queued = (more: object = {}): ServerRecord => ({
  ...{ phase: 'queued', round: 1, slotRequest: 1, jobId: 'j-1', startedAt: 0, runId: 'r-1', queuedAt: 0 },
  ...more,
});

export const strayJobs = (...jobs: BatchState['strays']['jobs']): BatchState['strays'] => ({
  ...{ jobs, missing: [], journaled: [], pollIntervalSeconds: 30, polls: 0 },
});
export const held = (...names: string[]): BatchState['gates'] => ({
  ...openGates(),
  paused: { batch: false, waves: [], servers: names },
});

/** What is sent, as `start web`, in the order in which it is decided. */
export const sent = (batch: Batch, now = 0) =>
  decide(batch, now).wishes.map(({ kind, server }) => `${kind} ${server}`);

export const servers = (...names: (string | PlannedServer)[]) => names;
