import { createFaultEngine } from '../faults/fault-engine';
import type { FaultEngine, ForeignJobs, OfflineWindow, ResolvedFaults } from '../faults/faults';
import { faultSources } from '../faults/source-faults';
import { happen } from '../jobs/life-cycle';
import { isLive, type JobStatus, jobAnswer, type SimulatedJob } from '../jobs/replication-job';
import type { SimulatedAccount, SimulatedImage } from './account';
import { type AccountState, restoreState } from './account-state';
import { Agenda, type Due, type DueKind } from './agenda';
import { auditOf, noteJobCounts } from './audit';
import { type Audit, type AuditRecord, emptyAudit, restoredAudit } from './audit-record';
import { startClock, type VirtualClock } from './clock';
import { followForeignJobs } from './foreign-jobs';
import type { ResolvedOptions } from './options';
import { seededId } from './random';
import { makeSource, type SimulatedSource, type SourceOptions, variedSources } from './source-server';

/** A new account, or one from a state file. */
export class LiveAccount implements SimulatedAccount {
  readonly clock: VirtualClock;
  readonly epoch: number;
  time: number;
  readonly sources = new Map<string, SimulatedSource>();
  readonly sourceNames = new Map<string, string>();
  readonly jobs = new Map<string, SimulatedJob>();
  readonly jobNames = new Map<string, string>();
  readonly jobsOfSource = new Map<string, Set<string>>();
  readonly images = new Map<string, SimulatedImage>();
  readonly imageNames = new Set<string>();
  readonly clientTokens = new Map<string, { request: string; jobId: string }>();
  readonly taggedSources = new Set<string>();
  readonly offlineWindows = new Map<string, OfflineWindow[]>();
  foreignSteps: ForeignJobs[] = [];
  readonly record: AuditRecord;
  readonly faultCounts: Record<string, number>;
  running = 0;
  faultEngine: FaultEngine;
  onChange: () => void = () => {};

  readonly #agenda = new Agenda();
  readonly numbers: Record<string, number>;
  #jobList: SimulatedJob[] | undefined;
  #sourceList: SimulatedSource[] | undefined;

  constructor(
    readonly options: ResolvedOptions,
    restored?: AccountState,
    faults?: ResolvedFaults,
  ) {
    this.clock = startClock({ speed: options.speed, startAt: restored?.virtualNow });
    this.epoch = restored?.epoch ?? this.clock.startedAt;
    this.time = this.clock.startedAt;
    this.numbers = restored?.numbers ?? {};
    this.record = restored ? restoredAudit(restored.record) : emptyAudit();
    this.faultCounts = restored?.faultCounts ?? {};
    this.faultEngine = createFaultEngine(restored?.faults ?? noFaults, this);
    if (restored) {
      restoreState(this, restored);
      noteJobCounts(this);
    } else {
      const { servers, seed } = options;
      const sources = typeof servers === 'number' ? variedSources(servers, seed) : servers;
      for (const source of sources) this.addSource(source);
    }
    if (faults) this.setFaults(faults);
  }

  now(): number {
    const now = this.clock.now();
    for (;;) {
      const entry = this.#agenda.takeDue(now);
      if (entry === undefined) break;
      const due = this.#dueOf(entry.owner);
      if (due?.[entry.kind] !== entry.at) continue;
      delete due[entry.kind];
      this.time = Math.max(this.time, entry.at);
      happen(this, entry);
      this.onChange();
    }
    this.time = Math.max(this.time, now);
    return this.time;
  }

  skip(seconds: number): void {
    this.clock.skip(seconds);
    this.now();
  }

  audit(): Audit {
    return auditOf(this);
  }

  setFaults(faults: ResolvedFaults): void {
    this.now();
    for (const key of Object.keys(this.faultCounts)) delete this.faultCounts[key];
    this.faultEngine = createFaultEngine(faults, this);
    faultSources(this, faults.sources);
    this.setForeignJobs(faults.foreignJobs);
    this.now();
    this.onChange();
  }

  setForeignJobs(steps: ForeignJobs[]): void {
    this.foreignSteps = [...steps].sort((a, b) => a.atSeconds - b.atSeconds);
    followForeignJobs(this);
    this.onChange();
  }

  nextId(kind: string): string {
    return seededId(kind, this.options.seed, this.#nextNumber(kind));
  }

  addSource(options: SourceOptions): SimulatedSource {
    const { seed } = this.options;
    const source = makeSource(options, { seed, number: this.#nextNumber('s'), now: this.time });
    this.putSource(source);
    return source;
  }

  dropSource(source: SimulatedSource): void {
    this.sources.delete(source.sourceId);
    if (this.sourceNames.get(source.name) === source.sourceId) this.sourceNames.delete(source.name);
    this.taggedSources.delete(source.sourceId);
    this.#sourceList = undefined;
  }

  addJob(job: SimulatedJob): void {
    this.putJob(job);
    noteJobCounts(this);
  }

  dropJob(job: SimulatedJob): void {
    if (job.status === 'Running') this.running--;
    this.jobs.delete(job.jobId);
    if (job.settings.name && this.jobNames.get(job.settings.name) === job.jobId)
      this.jobNames.delete(job.settings.name);
    const siblings = this.jobsOfSource.get(job.sourceId);
    siblings?.delete(job.jobId);
    if (siblings?.size === 0) this.jobsOfSource.delete(job.sourceId);
    const source = this.sources.get(job.sourceId);
    if (source?.liveJobId === job.jobId) source.liveJobId = undefined;
    this.#jobList = undefined;
    noteJobCounts(this);
  }

  setStatus(job: SimulatedJob, status: JobStatus): void {
    const ran = job.status === 'Running';
    job.status = status;
    const source = this.sources.get(job.sourceId);
    if (source) {
      if (isLive(status)) source.liveJobId = job.jobId;
      else if (source.liveJobId === job.jobId) source.liveJobId = undefined;
    }
    if (ran !== (status === 'Running')) {
      this.running += ran ? -1 : 1;
      noteJobCounts(this);
    }
  }

  schedule(
    owner: { due: Due; jobId?: string; sourceId: string },
    kind: DueKind,
    at: number | undefined,
  ): void {
    if (at === undefined) {
      delete owner.due[kind];
      return;
    }
    owner.due[kind] = at;
    this.#agenda.add({ at, kind, owner: owner.jobId ?? owner.sourceId });
  }

  holdView(job: SimulatedJob, visible = true): void {
    const { readLagSeconds, newerFields } = this.options;
    if (readLagSeconds <= 0) return;
    job.shown = {
      until: this.time + readLagSeconds * 1000,
      status: job.status,
      answer: visible ? jobAnswer(job, this.time, newerFields) : undefined,
    };
  }

  jobList(): readonly SimulatedJob[] {
    this.#jobList ??= [...this.jobs.values()];
    return this.#jobList;
  }

  sourceList(): readonly SimulatedSource[] {
    this.#sourceList ??= [...this.sources.values()];
    return this.#sourceList;
  }

  putSource(source: SimulatedSource): void {
    this.sources.set(source.sourceId, source);
    this.sourceNames.set(source.name, source.sourceId);
    if (source.tags.length > 0) this.taggedSources.add(source.sourceId);
    this.#sourceList = undefined;
    this.#scheduleAll(source);
  }

  putJob(job: SimulatedJob): void {
    this.jobs.set(job.jobId, job);
    if (job.status === 'Running') this.running++;
    if (job.settings.name) this.jobNames.set(job.settings.name, job.jobId);
    const siblings = this.jobsOfSource.get(job.sourceId);
    if (siblings) siblings.add(job.jobId);
    else this.jobsOfSource.set(job.sourceId, new Set([job.jobId]));
    const source = this.sources.get(job.sourceId);
    if (source) {
      source.lastJobId = job.jobId;
      if (isLive(job.status)) source.liveJobId = job.jobId;
    }
    this.#jobList = undefined;
    this.#scheduleAll(job);
  }

  #scheduleAll(owner: { due: Due; jobId?: string; sourceId: string }): void {
    for (const [kind, at] of Object.entries(owner.due)) this.schedule(owner, kind as DueKind, at);
  }

  #dueOf(owner: string): Due | undefined {
    return (
      this.jobs.get(owner)?.due ??
      this.sources.get(owner)?.due ??
      (owner === 'account' ? this.due : undefined)
    );
  }

  readonly due: Due = {};

  #nextNumber(kind: string): number {
    this.numbers[kind] = (this.numbers[kind] ?? 0) + 1;
    return this.numbers[kind];
  }
}

const noFaults: ResolvedFaults = { calls: [], jobs: [], sources: [], foreignJobs: [] };
