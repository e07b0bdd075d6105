import type { JobEvidence } from '../../contract/ends/job-evidence';
import type { SmcFailure } from '../../contract/failure';
import type { Leftover, ServerResult } from '../../contract/server-messages';
import type { Slots } from '../../contract/slots';
import type { ServerPhase } from '../../contract/views';
import type { Sync } from '../lease';

/** The record of a server; there is one for each server of the plan, carried over Continue-As-New. */
export type ServerRecord = ServerFacts & ServerState;

/** The fields of a record in any phase. Times in milliseconds since the epoch. */
export interface ServerFacts {
  /** The number of its round, which its reports have, too; {@link adoptedRound} for an adopted workflow. */
  round: number;
  /** The last round before a workflow was adopted, or that of the adopted one: the next round is higher. */
  lastRound?: number;
  /** Its source, or the one that it had when it ended. */
  sourceId?: string;
  /** The plan names another source now: this record is about the earlier one. */
  isMoved?: true;
  /** The size of the source's disks that are migrated. */
  diskGiB?: number;
  startedAt?: number;
  stoppedRunningAt?: number;
  /** Milliseconds since its start in which its job did not run, and waited to be started again. */
  idleMs?: number;
  /** Since when it waits so now. */
  idleSince?: number;
  endedAt?: number;
  /** The number of starts of its job. */
  starts?: number;
  /** The round of an adopted workflow as its own reports name it, where its standing is known. */
  workflowRound?: number;
  /** The newest request for a slot that was granted: an older one that comes late is ignored. */
  grantedRequest?: number;
  /** The run id of its workflow, once Temporal has confirmed the start. */
  runId?: string;
  /** When its last round ended, where it waits for another one, or an order has ended it since. */
  roundEndedAt?: number;
  /** When its job expires, where that is near. */
  validUntil?: number;
}

/** The phase of a server, with the fields of that phase. */
export type ServerState =
  | WaitingServer
  | {
      phase: 'migrating';
      jobId?: string;
      /**
       * Whether its workflow was asked for its standing. `false`: nobody knows where it stands, and its reports are kept until it has
       * answered. Absent: only an adopted one has to be asked.
       */
      standingAsked?: boolean;
    }
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
      jobId?: string;
      /** By an earlier run of the batch. */
      earlier?: true;
      /** The plan says so: it was migrated by other means. */
      declared?: true;
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
      evidence?: JobEvidence;
      isConsequence?: true;
      /** Its earlier migration, from another source. */
      migrated?: MigratedFrom;
    }
  | { phase: 'cancelled'; jobId?: string; leftover?: Leftover };

export interface WaitingServer {
  phase: 'waiting';
  /** A job that an earlier batch of this name, or an earlier round, has left. */
  jobId?: string;
  jobRuns?: boolean;
  /** It does not start before it has been looked up; `confirmed` is the source that an operator has agreed to. */
  lookUp?: { confirmed?: string };
  /** The workflow of its last round is about to close: the next one starts at this time at the earliest. */
  notBefore?: number;
}

/** The round of an adopted workflow: an earlier batch has started it, so its reports have a number of that batch. */
export const adoptedRound = 0;

/** The source and the image of an earlier migration. */
export interface MigratedFrom {
  sourceId?: string;
  image?: string;
}

const endedPhases: ReadonlySet<ServerPhase> = new Set(['migrated', 'skipped', 'failed', 'cancelled']);

/** Nothing more happens to a server in this phase, unless it is retried. */
export const isEnded = (phase: ServerPhase) => endedPhases.has(phase);

/** Whether the server has a workflow. */
export const hasWorkflow = (record: ServerRecord | undefined) =>
  record !== undefined && record.phase !== 'waiting' && !isEnded(record.phase);

/** Whether nobody knows where a server's workflow stands: a report may be an old one, and is kept until the workflow has answered. */
export const isStandingUnknown = (record: ServerRecord | undefined) =>
  record?.phase === 'migrating' && record.standingAsked === false;

/** Whether a report is of the round that the batch knows of. */
export const isOfRound = ({ round, workflowRound = round }: ServerRecord, reported: number) =>
  workflowRound === adoptedRound || workflowRound === reported;

/** The record of a server before its first round. */
export const newRecord = (): ServerRecord => ({ phase: 'waiting', round: 0 });

/** The record of a server that its plan declares as done, and of which this batch has migrated nothing. */
export const declaredRecord = (imageId: string, { round, lastRound }: ServerRecord): ServerRecord => ({
  phase: 'migrated',
  round,
  lastRound,
  earlier: true,
  declared: true,
  imageId,
  note: 'migrated by other means, as the plan declares it (done)',
});

/** Whether only the plan says that a server is migrated. */
export const isDeclared = (record: ServerRecord | undefined) =>
  record?.phase === 'migrated' && record.declared === true;

/** The source and the image of a server that was migrated; undefined when this record shows no migration. */
export function migratedFrom(record: ServerRecord | undefined): MigratedFrom | undefined {
  switch (record?.phase) {
    case 'migrated':
      return record.declared ? undefined : { sourceId: record.sourceId, image: record.imageId };
    case 'skipped':
      return record.imageId ? { sourceId: record.sourceId, image: record.imageId } : undefined;
    case 'failed':
      return record.migrated;
    default:
      return undefined;
  }
}

/** The slots that a server takes. */
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

/** The fields of a record that views do not show. */
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
  'idleMs',
  'idleSince',
  'validUntil',
  'sync',
  'isMoved',
  'lookUp',
  'notBefore',
  'queuedAt',
  'standingAsked',
  'workflowRound',
] as const;
type OwnBusiness = { [field in (typeof ownBusiness)[number]]?: unknown };

/** The fields of a record that views show. */
export function shownRecord(record: ServerRecord) {
  const shown = { ...record } as ServerRecord & OwnBusiness;
  for (const field of ownBusiness) delete shown[field];
  return shown as Omit<ServerRecord, keyof OwnBusiness>;
}

/** The error code of a failed server. It counts from the clean-up on: that frees the running slot, and the failure must count before the next start. */
export const failureCode = (record: ServerRecord) =>
  record.phase === 'failed' || record.phase === 'finishing' ? record.error?.code : undefined;

/** The error code by which failures are counted; undefined for a failure that follows from another server's. */
export const causeOf = (record: ServerRecord) =>
  record.phase === 'failed' && record.isConsequence ? undefined : failureCode(record);

/** Whether a server has ended and its job stays in the account. */
export const hasLeftover = (record: ServerRecord) => 'leftover' in record && record.leftover !== undefined;

/**
 * The job of a server without a workflow: it was kept when the server ended, or an earlier batch has left it, and it is not adopted
 * yet.
 */
export function jobWithoutWorkflow(record: ServerRecord | undefined): Leftover | undefined {
  if (record?.phase === 'waiting')
    return record.jobId ? { jobId: record.jobId, why: 'notTakenUp' } : undefined;
  return record && 'leftover' in record ? record.leftover : undefined;
}

/** The fields of a server that ends without a workflow, by an order or by a failed dependency; its job stays. */
export function endedUntouched(record: ServerRecord, endedAt: number) {
  const { round, sourceId, isMoved } = record;
  const leftover = jobWithoutWorkflow(record);
  const roundEndedAt = lastRoundEnd(record);
  return { round, sourceId, isMoved, endedAt, roundEndedAt, jobId: leftover?.jobId, leftover };
}

/** When the workflow of its last round has reported its end; it may not have closed yet. */
export const lastRoundEnd = (record: ServerRecord) =>
  record.roundEndedAt ?? (record.startedAt === undefined ? undefined : record.endedAt);

/** Whether a server waits, and has a job that takes a slot. */
export const isWaitingWithJob = (record: ServerRecord) =>
  record.phase === 'waiting' && record.jobId !== undefined;

/** Whether a server keeps the others of its exclusive group from starting; between two syncs it does not. */
export const holdsGroup = (record: ServerRecord) => hasWorkflow(record) && record.phase !== 'synced';

/** The phase of a server after the result of its migration. */
export function endedState(result: ServerResult): ServerState {
  switch (result.outcome) {
    case 'migrated': {
      const { jobId, imageId, imageName, instanceId, leftover, note } = result;
      return { phase: 'migrated', jobId, imageId: imageId ?? instanceId, imageName, leftover, note };
    }
    case 'failed': {
      const { error, jobId, leftover, evidence } = result;
      return { phase: 'failed', error, jobId, leftover, evidence };
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
