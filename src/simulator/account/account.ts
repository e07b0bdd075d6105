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
 * The account: what is in it, and its time. Nothing in here runs by timers: what is due happens, each at its own
 * virtual time and in order, before anybody looks ({@link SimulatedAccount.now}).
 */
export interface SimulatedAccount {
  readonly options: ResolvedOptions;
  readonly clock: VirtualClock;
  /** When the account began, in virtual ms. */
  readonly epoch: number;
  /** The moment that is being lived through: the time of what happens now. */
  readonly time: number;
  readonly sources: Map<string, SimulatedSource>;
  readonly sourceNames: Map<string, string>;
  readonly jobs: Map<string, SimulatedJob>;
  readonly jobNames: Map<string, string>;
  readonly jobsOfSource: Map<string, Set<string>>;
  readonly images: Map<string, SimulatedImage>;
  readonly imageNames: Set<string>;
  readonly clientTokens: Map<string, { request: string; jobId: string }>;
  /** Ids of sources that have tags: few of many. */
  readonly taggedSources: Set<string>;
  readonly offlineWindows: Map<string, OfflineWindow[]>;
  readonly foreignSteps: ForeignJobs[];
  readonly record: AuditRecord;
  readonly faultCounts: Record<string, number>;
  readonly running: number;
  readonly faultEngine: FaultEngine;
  /** How many ids of each kind were given. */
  readonly numbers: Record<string, number>;
  /** What is due for the account itself. */
  readonly due: Due;
  /** Called after each change, to save it. */
  onChange: () => void;

  /** Lets everything happen that is due, and gives the time. */
  now(): number;
  /** Jumps ahead by so many simulated seconds. */
  skip(seconds: number): void;
  audit(): Audit;
  /** Replaces what is to go wrong from now on. */
  setFaults(faults: ResolvedFaults): void;
  /** From each step's time on so many jobs of other tools are there, as far as the quota lets them. */
  setForeignJobs(steps: ForeignJobs[]): void;
  /** The next id of its kind (`j`, `s`, `m`, `i`). */
  nextId(kind: string): string;
  addSource(options: SourceOptions): SimulatedSource;
  dropSource(source: SimulatedSource): void;
  addJob(job: SimulatedJob): void;
  dropJob(job: SimulatedJob): void;
  /** Changes a job's status and everything that is counted by it. */
  setStatus(job: SimulatedJob, status: JobStatus): void;
  /** Plans something for the owner, or takes it off with `undefined`. */
  schedule(
    owner: { due: Due; jobId?: string; sourceId: string },
    kind: DueKind,
    at: number | undefined,
  ): void;
  /** Keeps what is shown of a job for as long as reads lag; call it before the change. */
  holdView(job: SimulatedJob, visible?: boolean): void;
  /** Every job, oldest first. */
  jobList(): readonly SimulatedJob[];
  /** Every source, oldest first. */
  sourceList(): readonly SimulatedSource[];
  /** Puts a source into the account as it is, with everything that is due for it. */
  putSource(source: SimulatedSource): void;
  /** Puts a job into the account as it is, with everything that is due for it. */
  putJob(job: SimulatedJob): void;
}
