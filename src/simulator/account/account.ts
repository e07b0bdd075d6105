import type { FaultEngine, ForeignJobs, OfflineWindow, ResolvedFaults } from '../faults/faults';
import type { JobStatus, SimulatedJob } from '../jobs/replication-job';
import type { Due, DueKind } from './agenda';
import type { Audit, AuditRecord } from './audit-record';
import type { VirtualClock } from './clock';
import type { ResolvedOptions } from './options';
import type { SimulatedSource, SourceOptions } from './source-server';

/** An image in the account. */
export interface SimulatedImage {
  imageId: string;
  name: string;
  regionId: string;
  sourceId: string;
  jobId: string;
}

/**
 * The simulated account: what is in it, and its time. It has no timers: before each call the events that are due happen in
 * order, each at its own virtual time ({@link SimulatedAccount.now}).
 */
export interface SimulatedAccount {
  readonly options: ResolvedOptions;
  readonly clock: VirtualClock;
  /** When the account began, in virtual ms. */
  readonly epoch: number;
  /** The virtual time of the event that happens now. */
  readonly time: number;
  readonly sources: Map<string, SimulatedSource>;
  readonly sourceNames: Map<string, string>;
  readonly jobs: Map<string, SimulatedJob>;
  readonly jobNames: Map<string, string>;
  readonly jobsOfSource: Map<string, Set<string>>;
  readonly images: Map<string, SimulatedImage>;
  readonly imageNames: Set<string>;
  readonly clientTokens: Map<string, { request: string; jobId: string }>;
  /** Ids of the sources that have tags, so that a search by tag reads few sources. */
  readonly taggedSources: Set<string>;
  readonly offlineWindows: Map<string, OfflineWindow[]>;
  readonly foreignSteps: ForeignJobs[];
  readonly record: AuditRecord;
  readonly faultCounts: Record<string, number>;
  readonly running: number;
  readonly faultEngine: FaultEngine;
  /** The number of ids that were given, by kind. */
  readonly numbers: Record<string, number>;
  /** Events that are due for the account itself. */
  readonly due: Due;
  /** Called after each change, to save it. */
  onChange: () => void;

  /** Lets all events that are due happen, and gives the time. */
  now(): number;
  /** Moves the time forward by so many simulated seconds. */
  skip(seconds: number): void;
  audit(): Audit;
  /** Replaces the faults from now on. */
  setFaults(faults: ResolvedFaults): void;
  /** Sets the number of other tools' jobs: from each step's time on so many exist, as far as the quota allows. */
  setForeignJobs(steps: ForeignJobs[]): void;
  /** The next id of its kind (`j`, `s`, `m`, `i`). */
  nextId(kind: string): string;
  addSource(options: SourceOptions): SimulatedSource;
  dropSource(source: SimulatedSource): void;
  addJob(job: SimulatedJob): void;
  dropJob(job: SimulatedJob): void;
  /** Changes a job's status, and the counts by status. */
  setStatus(job: SimulatedJob, status: JobStatus): void;
  /** Plans an event for the owner; `undefined` cancels it. */
  schedule(
    owner: { due: Due; jobId?: string; sourceId: string },
    kind: DueKind,
    at: number | undefined,
  ): void;
  /** Keeps the job's present answer for as long as reads lag; call it before the job changes. */
  holdView(job: SimulatedJob, visible?: boolean): void;
  /** All jobs, oldest first. */
  jobList(): readonly SimulatedJob[];
  /** All sources, oldest first. */
  sourceList(): readonly SimulatedSource[];
  /** Puts a source into the account, with the events that are due for it. */
  putSource(source: SimulatedSource): void;
  /** Puts a job into the account, with the events that are due for it. */
  putJob(job: SimulatedJob): void;
}
