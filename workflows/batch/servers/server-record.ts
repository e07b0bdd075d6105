import type { SmcFailure } from '../../contract/failure';
import type { Leftover, ServerResult } from '../../contract/server-messages';
import type { Slots } from '../../contract/slots';
import type { ServerPhase } from '../../contract/views';
import type { Sync } from '../lease';

/** All that a batch knows of one server; there is one for each server of its plan, carried over Continue-As-New. */
export type ServerRecord = ServerFacts & ServerState;

/** What is known of a server in any phase. Times in milliseconds since the epoch. */
export interface ServerFacts {
  /** How often it has been taken up; its reports name it. {@link adoptedRound} is a workflow of an earlier batch's. */
  round: number;
  /** The last round before a workflow was adopted, or that of the adopted one: the next round is a later one. */
  lastRound?: number;
  /** The source that it has, or had when it ended. */
  sourceId?: string;
  /** The plan names another source by now: what is known here is of the earlier one. */
  isMoved?: true;
  /** Of its source's disks that are migrated. */
  diskGiB?: number;
  startedAt?: number;
  stoppedRunningAt?: number;
  endedAt?: number;
  /** Starts of its job. */
  starts?: number;
  /** The newest request for a slot that it has been granted: what it asked for before may still be on its way. */
  grantedRequest?: number;
  /** Of its workflow, once Temporal has confirmed its start. */
  runId?: string;
  /** When its last round has ended, where another is to follow or an order has ended it since. */
  roundEndedAt?: number;
  /** SMC lets its job live no longer, and that is near. */
  validUntil?: number;
}

/** Where a server is, with what it has there and nowhere else. */
export type ServerState =
  | WaitingServer
  | { phase: 'migrating'; jobId?: string; standingAsked?: true }
  | { phase: 'recovering'; jobId: string; error?: SmcFailure; nextStartAt?: number }
  | { phase: 'finishing'; jobId: string; error?: SmcFailure }
  | { phase: 'synced'; jobId: string; error?: SmcFailure; sync?: Sync }
  | {
      phase: 'queued';
      slotRequest: number;
      jobId?: string;
      error?: SmcFailure;
      isCutOver?: boolean;
      queuedAt: number;
    }
  | {
      phase: 'migrated';
      jobId: string;
      imageId?: string;
      imageName?: string;
      leftover?: Leftover;
      note?: string;
    }
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
  | { phase: 'cancelled'; jobId?: string; leftover?: Leftover };

export interface WaitingServer {
  phase: 'waiting';
  /** A job that an earlier life of the batch, or an earlier round, has left. */
  jobId?: string;
  jobRuns?: boolean;
  /** It does not start before it has been looked up; `confirmed` is the source that an operator has agreed to. */
  lookUp?: { confirmed?: string };
  /** The workflow of its last round is about to close: the next one does not start before. */
  notBefore?: number;
}

/** The round of a workflow that an earlier batch of this name has started: its reports name a round that is not ours. */
export const adoptedRound = 0;

/** What a server was made into, and of what. */
export interface MigratedFrom {
  sourceId?: string;
  image?: string;
}

const endedPhases: ReadonlySet<ServerPhase> = new Set(['migrated', 'skipped', 'failed', 'cancelled']);

/** Nothing more happens to a server in this phase, unless it is retried. */
export const isEnded = (phase: ServerPhase) => endedPhases.has(phase);

/** A workflow of its own looks after it. */
export const hasWorkflow = (record: ServerRecord | undefined) =>
  record !== undefined && record.phase !== 'waiting' && !isEnded(record.phase);

/** A server that has never been taken up. */
export const newRecord = (): ServerRecord => ({ phase: 'waiting', round: 0 });

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
export function slotsOf(record: ServerRecord): Slots {
  switch (record.phase) {
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
    default:
      return { existing: record.leftover ? 1 : 0, running: 0 };
  }
}

/** What nobody but the batch needs of a record. */
const ownBusiness = [
  'round',
  'lastRound',
  'grantedRequest',
  'slotRequest',
  'isCutOver',
  'isConsequence',
  'jobRuns',
  'migrated',
  'runId',
  'roundEndedAt',
  'nextStartAt',
  'validUntil',
  'sync',
  'isMoved',
  'diskGiB',
  'lookUp',
  'notBefore',
  'queuedAt',
  'standingAsked',
] as const;
type OwnBusiness = { [field in (typeof ownBusiness)[number]]?: unknown };

/** The record as others see it. */
export function shownRecord(record: ServerRecord) {
  const shown = { ...record } as ServerRecord & OwnBusiness;
  for (const field of ownBusiness) delete shown[field];
  return shown as Omit<ServerRecord, keyof OwnBusiness>;
}

/** The code a server failed with. The cleaning up after the last attempt frees the running slot: what failed must count before the next one starts. */
export const failureCode = (record: ServerRecord) =>
  record.phase === 'failed' || record.phase === 'finishing' ? record.error?.code : undefined;

/** A failure that follows from another server's is not one more with the same cause. */
export const causeOf = (record: ServerRecord) =>
  record.phase === 'failed' && record.isConsequence ? undefined : failureCode(record);

/** Its job stays in the account though it has ended. */
export const hasLeftover = (record: ServerRecord) => 'leftover' in record && record.leftover !== undefined;

/**
 * The job of a server that no workflow looks after: kept when it ended, or left by an earlier life of the batch and not
 * taken up yet.
 */
export function jobWithoutWorkflow(record: ServerRecord | undefined): Leftover | undefined {
  if (record?.phase === 'waiting')
    return record.jobId ? { jobId: record.jobId, why: 'notTakenUp' } : undefined;
  return record && 'leftover' in record ? record.leftover : undefined;
}

/** A server that ends without having been at work, by an operator's word or for another's failure; its job stays. */
export function endedUntouched(record: ServerRecord, endedAt: number) {
  const { round, sourceId, isMoved } = record;
  const leftover = jobWithoutWorkflow(record);
  const roundEndedAt = lastRoundEnd(record);
  return { round, sourceId, isMoved, endedAt, roundEndedAt, jobId: leftover?.jobId, leftover };
}

/** When the workflow of its last round has told its end; it may not have closed yet. */
export const lastRoundEnd = (record: ServerRecord) =>
  record.roundEndedAt ?? (record.startedAt === undefined ? undefined : record.endedAt);

/** It waits, and a job that was left holds a slot already. */
export const isWaitingWithJob = (record: ServerRecord) =>
  record.phase === 'waiting' && record.jobId !== undefined;

/** No other server of its exclusive group may start: between two syncs another one may. */
export const holdsGroup = (record: ServerRecord) => hasWorkflow(record) && record.phase !== 'synced';

/** How a server's migration ended, as its record has it. */
export function endedState(result: ServerResult): ServerState {
  switch (result.outcome) {
    case 'migrated': {
      const { jobId, imageId, imageName, instanceId, leftover, note } = result;
      return { phase: 'migrated', jobId, imageId: imageId ?? instanceId, imageName, leftover, note };
    }
    case 'failed': {
      const { error, jobId, leftover } = result;
      return { phase: 'failed', error, jobId, leftover };
    }
    case 'skipped': {
      const { note, imageId, leftover } = result;
      return { phase: 'skipped', note, imageId, jobId: leftover?.jobId, leftover };
    }
    case 'cancelled': {
      const { jobId, leftover } = result;
      return { phase: 'cancelled', jobId, leftover };
    }
  }
}
