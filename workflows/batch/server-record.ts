import type { SmcFailure } from '../contract/failure';
import type { Leftover, ServerReport, ServerResult } from '../contract/server-messages';
import type { Slots } from '../contract/slots';
import type { ServerPhase } from '../contract/views';
import type { Sync } from './lease/syncs';

/** One server as the batch carries it over Continue-As-New; a server without a record waits for its first slot. */
export type ServerRecord = {
  /** How often it has been taken up; its reports name it. */
  round: number;
  startedAt?: number;
  stoppedRunningAt?: number;
  endedAt?: number;
  sourceId?: string;
  /** Starts of its job. */
  starts?: number;
  /** The newest `need` it has been granted: what it asked for before may still be on its way. */
  granted?: number;
  /** Of its workflow, once Temporal has confirmed its start. */
  runId?: string;
  /** When its last round has ended, where another is to follow or an order has ended it since. */
  roundEndedAt?: number;
  /** SMC lets its job live no longer, and that is near; milliseconds since the epoch. */
  validUntil?: number;
} /** With a job that an earlier life of the batch has left. */ & (
  | { phase: 'waiting'; jobId?: string; jobRuns?: boolean }
  | { phase: 'migrating'; jobId?: string }
  | { phase: 'recovering'; jobId: string; error?: SmcFailure; nextStartAt?: number }
  | { phase: 'finishing'; jobId: string; error?: SmcFailure }
  | { phase: 'synced'; jobId: string; error?: SmcFailure; sync?: Sync }
  | { phase: 'queued'; need: number; jobId?: string; error?: SmcFailure; isCutOver?: boolean }
  | { phase: 'migrated'; jobId: string; imageId?: string; leftover?: Leftover; note?: string }
  | { phase: 'skipped'; note: string; imageId?: string; jobId?: string; leftover?: Leftover }
  | {
      phase: 'failed';
      error: SmcFailure;
      jobId?: string;
      leftover?: Leftover;
      isConsequence?: true;
      /** It was migrated, from a source that is not its own any more. */
      migrated?: MigratedFrom;
    }
  | { phase: 'cancelled'; jobId?: string; leftover?: Leftover }
);

/** What a server was made into, and of what. */
export interface MigratedFrom {
  sourceId?: string;
  image?: string;
}

const endedPhases: ReadonlySet<ServerPhase> = new Set(['migrated', 'skipped', 'failed', 'cancelled']);

/** Nothing more happens to a server in this phase, unless it is retried. */
export const isEnded = (phase: ServerPhase) => endedPhases.has(phase);

/** What a server was migrated from, and into what, where this record tells that it was. */
export function migratedFrom(record: ServerRecord | undefined): MigratedFrom | undefined {
  switch (record?.phase) {
    case 'migrated':
      return { sourceId: record.sourceId, image: record.imageId };
    case 'skipped':
      return record.imageId ? { sourceId: record.sourceId, image: record.imageId } : undefined;
    case 'failed':
      return record.migrated;
    default:
      return undefined;
  }
}

/** What a server in this record uses of the account. */
export function slotsOf(record: ServerRecord | undefined): Slots {
  switch (record?.phase) {
    case 'waiting':
      return { existing: record.jobId ? 1 : 0, running: record.jobRuns ? 1 : 0 };
    case 'migrating':
      return { existing: 1, running: 1 };
    case 'recovering':
    case 'finishing':
      return { existing: 1, running: 0 };
    case 'synced':
      return { existing: 1, running: record.sync?.holdsSlot ? 1 : 0 };
    case 'queued':
      return { existing: record.jobId ? 1 : 0, running: 0 };
    case 'migrated':
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return { existing: record.leftover ? 1 : 0, running: 0 };
    default:
      return { existing: 0, running: 0 };
  }
}

/** What nobody but the batch needs of a record. */
interface OwnBusiness {
  need?: number;
  isCutOver?: boolean;
  isConsequence?: true;
  jobRuns?: boolean;
  migrated?: MigratedFrom;
  runId?: string;
  roundEndedAt?: number;
  nextStartAt?: number;
  validUntil?: number;
  sync?: Sync;
}

/** The record as others see it. */
export function shownRecord(record: ServerRecord) {
  const own = record as ServerRecord & OwnBusiness;
  const { round, granted, need, isCutOver, isConsequence, jobRuns, migrated, ...rest } = own;
  const { runId, roundEndedAt, nextStartAt, validUntil, sync, ...shown } = rest;
  return shown;
}

/** The code a server failed with. The cleaning up after the last attempt frees the running slot: what failed must count before the next one starts. */
export const failureCode = (record: ServerRecord | undefined) =>
  record?.phase === 'failed' || record?.phase === 'finishing' ? record.error?.code : undefined;

/** A failure that follows from another server's is not one more with the same cause. */
export const causeOf = (record: ServerRecord | undefined) =>
  record?.phase === 'failed' && record.isConsequence ? undefined : failureCode(record);

/** Its job stays in the account though it has ended. */
export const hasLeftover = (record: ServerRecord | undefined) =>
  record !== undefined && 'leftover' in record && record.leftover !== undefined;

/**
 * The job of a server that no workflow looks after: kept when it ended, or left by an earlier life of the batch and not
 * taken up yet.
 */
export function unwatchedJob(record: ServerRecord | undefined): Leftover | undefined {
  if (record?.phase === 'waiting')
    return record.jobId ? { jobId: record.jobId, why: 'notTakenUp' } : undefined;
  return record && 'leftover' in record ? record.leftover : undefined;
}

/** A server that nothing more happens to, by an operator's word; its job stays. */
export function endedByOrder(record: ServerRecord | undefined, endedAt: number) {
  const { round = 0, sourceId } = record ?? {};
  const leftover = unwatchedJob(record);
  const roundEndedAt = lastRoundEnd(record);
  return { round, sourceId, endedAt, roundEndedAt, jobId: leftover?.jobId, leftover };
}

/** When the workflow of its last round has told its end; it may not have closed yet. */
export const lastRoundEnd = (record: ServerRecord | undefined) =>
  record?.roundEndedAt ?? (record?.startedAt === undefined ? undefined : record.endedAt);

/** Its job of an earlier life of the batch holds a slot already. */
export const isWaitingWithJob = (record: ServerRecord | undefined) =>
  record?.phase === 'waiting' && record.jobId !== undefined;

/** For its exclusive group: one between two syncs is not. */
export const isUnderWay = (record: ServerRecord | undefined) =>
  hasWorkflow(record) && record?.phase !== 'synced';

/** A workflow of its own looks after it. */
export const hasWorkflow = (record: ServerRecord | undefined) =>
  record !== undefined && record.phase !== 'waiting' && !isEnded(record.phase);

/** It asks once more for what it has been granted: the grant has not reached it. */
export const isGrantedAlready = (report: ServerReport, record: ServerRecord | undefined) =>
  report.kind === 'wantsSlot' &&
  record?.phase === 'migrating' &&
  (record.round === 0 || record.round === report.round) &&
  record.granted === report.need;

/** How a server's migration ended, as its record has it. */
export function endedRecord(result: ServerResult) {
  switch (result.outcome) {
    case 'migrated': {
      const { jobId, imageId, instanceId, leftover, note } = result;
      return { phase: 'migrated' as const, jobId, imageId: imageId ?? instanceId, leftover, note };
    }
    case 'failed': {
      const { error, jobId, leftover } = result;
      return { phase: 'failed' as const, error, jobId, leftover };
    }
    case 'skipped': {
      const { note, imageId, leftover } = result;
      return { phase: 'skipped' as const, note, imageId, jobId: leftover?.jobId, leftover };
    }
    case 'cancelled': {
      const { jobId, leftover } = result;
      return { phase: 'cancelled' as const, jobId, leftover };
    }
  }
}
