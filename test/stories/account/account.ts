import type { Slots } from '../../../workflows/contract/slots';
import type { Clock } from '../clock/clock';
import type { Random } from '../clock/random';

export interface Source {
  sourceId: string;
  diskGiB: number;
  /** By whom it was migrated, as its tags tell. */
  ledger?: { batch: string; image: string; at: number };
  /** Images that were made of it. */
  images: number;
  isAway?: boolean;
  /** Somebody else's tool has a job on it. */
  isOccupied?: boolean;
}

export interface Job {
  jobId: string;
  sourceId: string;
  batch: string;
  server: string;
  status: 'Ready' | 'Running' | 'Waiting' | 'Stopped' | 'InError' | 'Finished' | 'Deleting';
  isIncremental: boolean;
  createdAt: number;
  /** Its last run was begun by SMC itself. */
  isSync?: boolean;
  /** Its run is the last one: it ends with the final image. */
  isLast?: boolean;
  image?: string;
  syncDueAt?: number;
  /** Counts its runs. */
  runs: number;
}

/** What the account does beside what it is asked for. */
export interface AccountMood {
  breaks: number;
  vanishes: number;
  stands: number;
  refusesWithoutReason: number;
  jobMinutes: number;
}

export type Refusal = 'quota' | 'source' | 'final';

const minute = 60_000;
const hour = 60 * minute;

/** A model of the account: sources, jobs with their life, a quota that it refuses by, and other tools. */
export class Account {
  readonly jobs = new Map<string, Job>();
  readonly sources = new Map<string, Source>();
  /** Jobs of other tools. */
  others: Slots = { existing: 0, running: 0 };
  /** Gone a moment ago: a late read may still list them. */
  readonly gone: { job: Job; at: number }[] = [];
  /** Made so far. */
  images = 0;
  /** Calls are refused for a reason that is no server's. */
  isInTrouble = false;
  /** Called at each refusal for the quota that the quota itself explains. */
  onFull: (resource: keyof Slots) => void = () => undefined;
  /** Called when a job has changed. */
  onChange: (job: Job) => void = () => undefined;
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    readonly quota: { jobs: number; running: number },
    readonly mood: AccountMood,
    private readonly tell: (what: string) => void,
  ) {}

  /** All that exist, and all that run. */
  usage(): Slots {
    let running = this.others.running;
    for (const { status } of this.jobs.values()) if (status === 'Running') running++;
    return { existing: this.others.existing + this.jobs.size, running };
  }

  jobsOf(batch: string, server?: string): Job[] {
    return [...this.jobs.values()].filter(
      (job) => job.batch === batch && (server === undefined || job.server === server),
    );
  }

  create(batch: string, server: string, sourceId: string, isIncremental: boolean): Job | Refusal {
    if (this.random.chance(this.mood.refusesWithoutReason)) {
      this.tell('quota refusal without a reason');
      return 'quota';
    }
    if (this.usage().existing >= this.quota.jobs) {
      this.onFull('existing');
      return 'quota';
    }
    const source = this.sources.get(sourceId);
    if (!source || source.isOccupied) return 'final';
    for (const job of this.jobs.values())
      if (job.sourceId === sourceId && job.status !== 'Finished' && job.status !== 'Deleting') return 'final';
    const jobId = `j-${++this.count}`;
    const job: Job = {
      ...{ jobId, sourceId, batch, server, isIncremental },
      status: 'Ready',
      createdAt: this.clock.now,
      runs: 0,
    };
    this.jobs.set(jobId, job);
    this.tell('job created');
    return job;
  }

  /** By a start, or by a cut-over. */
  start(job: Job, isCutOver: boolean): Refusal | 'started' | 'ended' {
    const from = isCutOver ? ['Waiting'] : ['Ready', 'Stopped', 'InError'];
    if (!from.includes(job.status)) return job.status === 'Running' ? 'started' : 'ended';
    if (this.sources.get(job.sourceId)?.isAway) return 'source';
    if (this.random.chance(this.mood.refusesWithoutReason)) {
      this.tell('quota refusal without a reason');
      return 'quota';
    }
    if (this.usage().running >= this.quota.running) {
      this.onFull('running');
      return 'quota';
    }
    if (this.random.chance(this.mood.breaks / 8)) return 'final';
    this.run(job, { isLast: isCutOver });
    return 'started';
  }

  /** SMC: while it runs, and never what does not. */
  stop(job: Job): void {
    if (job.status === 'Running') this.end(job, 'Stopped');
  }

  delete(job: Job): void {
    if (job.status === 'Running' || job.status === 'Deleting') return;
    job.status = 'Deleting';
    this.clock.after(this.random.whole(100, 20_000), 'job gone', () => this.remove(job));
  }

  /** By somebody, as `smc-batch cleanup` does it: what has an image is written into the ledger first. */
  cleanUp(job: Job): void {
    const source = this.sources.get(job.sourceId);
    const { image, batch } = job;
    if (job.status === 'Finished' && source && image) source.ledger ??= { batch, image, at: this.clock.now };
    this.delete(job);
  }

  /** It is not there any more, whoever has deleted it. */
  remove(job: Job): void {
    if (!this.jobs.delete(job.jobId)) return;
    job.status = 'Deleting';
    job.runs++;
    this.onChange(job);
    this.gone.push({ job, at: this.clock.now });
    if (this.gone.length > 20) this.gone.shift();
  }

  private run(job: Job, { isLast = false, isSync = false }): void {
    const { random, clock, mood } = this;
    Object.assign(job, { status: 'Running', isLast, isSync, syncDueAt: undefined });
    const run = ++job.runs;
    this.onChange(job);
    const startedAt = clock.now;
    const source = this.sources.get(job.sourceId)!;
    const ms = isSync || isLast ? random.whole(1, 8) * minute : this.lengthOf(source);
    const end = random.weighted({
      done: 1,
      breaks: mood.breaks,
      stopped: mood.breaks / 4,
      vanishes: mood.vanishes,
      stands: isSync ? 0 : mood.stands,
    });
    // One that stands still ends only when it is stopped.
    if (end === 'stands') {
      this.tell('job stands still');
      return;
    }
    clock.after(ms, 'job ends', () => {
      if (job.runs !== run || job.status !== 'Running') return;
      if (end === 'vanishes') {
        this.tell('job deleted by somebody');
        return this.remove(job);
      }
      if (end === 'breaks') {
        this.tell('job breaks');
        if (random.chance(0.3)) this.away(source);
        return this.end(job, 'InError');
      }
      if (end === 'stopped') {
        this.tell('job stopped by somebody');
        return this.end(job, 'Stopped');
      }
      if (job.isIncremental && !isLast) return this.wait(job, startedAt);
      this.finish(job, source);
    });
  }

  private lengthOf({ diskGiB }: Source): number {
    return Math.ceil((diskGiB / 40) * this.mood.jobMinutes * this.random.whole(60, 140) * (minute / 100));
  }

  private finish(job: Job, source: Source): void {
    job.image = `m-${job.jobId}`;
    source.images++;
    this.images++;
    this.tell('image made');
    this.end(job, 'Finished');
  }

  private end(job: Job, status: Job['status']): void {
    job.status = status;
    job.isSync = false;
    job.runs++;
    this.onChange(job);
  }

  /** Until its next sync, which SMC begins by itself. */
  private wait(job: Job, lastStart: number): void {
    this.end(job, 'Waiting');
    const run = job.runs;
    job.syncDueAt = lastStart + hour;
    this.clock.at(job.syncDueAt, 'sync', () => {
      if (job.runs !== run || job.status !== 'Waiting') return;
      this.tell('sync begins');
      this.run(job, { isSync: true });
    });
  }

  /** Its client is away for a while. */
  private away(source: Source): void {
    source.isAway = true;
    this.tell('source away');
    this.clock.after(this.random.whole(1, 30) * minute, 'source back', () => {
      source.isAway = false;
    });
  }
}
