import type { Plan, PlannedServer } from '../src/plan';
import type {
  Leftover,
  ServerPhase,
  ServerReport,
  ServerResult,
  ServerView,
  Slots,
  SmcFailure,
} from './messages';
import { mayStartAgain } from './start-again';

/** One server as the batch carries it over Continue-As-New; a server without a record waits for its first slot. */
export type ServerRecord = {
  /** How often it has been taken up; its reports name it. */
  round: number;
  startedAt?: number;
  endedAt?: number;
  sourceId?: string;
} & (
  | { phase: 'waiting' }
  | { phase: 'migrating'; jobId?: string; starts: number }
  | { phase: 'recovering' | 'finishing' | 'synced'; jobId: string; starts: number; error?: SmcFailure }
  | { phase: 'queued'; need: number; jobId?: string; starts: number; error?: SmcFailure }
  | { phase: 'migrated'; jobId: string; imageId?: string; leftover?: Leftover; note?: string }
  | { phase: 'skipped'; batch: string; imageId?: string }
  | { phase: 'failed'; error: SmcFailure; jobId?: string; leftover?: Leftover }
  | { phase: 'cancelled'; jobId?: string; leftover?: Leftover }
);

const endedPhases: ReadonlySet<ServerPhase> = new Set(['migrated', 'skipped', 'failed', 'cancelled']);
export const isEnded = (phase: ServerPhase) => endedPhases.has(phase);

/** What a server in this record uses of the account. */
export function slotsOf(record: ServerRecord | undefined): Slots {
  switch (record?.phase) {
    case 'migrating':
      return { existing: 1, running: 1 };
    case 'recovering':
    case 'finishing':
    case 'synced':
      return { existing: 1, running: 0 };
    case 'queued':
      return { existing: record.jobId ? 1 : 0, running: 0 };
    case 'migrated':
    case 'failed':
    case 'cancelled':
      return { existing: record.leftover ? 1 : 0, running: 0 };
    default:
      return { existing: 0, running: 0 };
  }
}

/**
 * The servers of a batch with the sums the scheduler asks for, kept up to date at each change: a batch of ten
 * thousand servers takes as long for one of them as a batch of ten.
 */
export class BatchServers {
  readonly inUse: Slots = { existing: 0, running: 0 };
  readonly counts: Record<ServerPhase, number>;
  /** In the order of the plan's waves. */
  readonly waves: { name: string; total: number; ended: number; failed: number; waiting: string[] }[];
  /** Servers that wait for a slot once more, oldest first. */
  readonly queued = new Set<string>();
  private readonly planned: Map<string, PlannedServer>;
  private readonly waveOf: Map<string, BatchServers['waves'][number]>;

  /** `records` and `diskGiB` are the batch's state and are written to. */
  constructor(
    private readonly plan: Plan,
    readonly records: Record<string, ServerRecord>,
    private readonly diskGiB: Record<string, number>,
  ) {
    this.planned = new Map(plan.servers.map((server) => [server.name, server]));
    this.waves = plan.waves.map(({ name }) => ({ name, total: 0, ended: 0, failed: 0, waiting: [] }));
    const waveByName = new Map(this.waves.map((wave) => [wave.name, wave]));
    this.waveOf = new Map(plan.servers.map(({ name, wave }) => [name, waveByName.get(wave)!]));
    this.counts = {
      waiting: plan.servers.length,
      migrating: 0,
      recovering: 0,
      queued: 0,
      synced: 0,
      finishing: 0,
      migrated: 0,
      skipped: 0,
      failed: 0,
      cancelled: 0,
    };
    for (const { name } of plan.servers) {
      const wave = this.waveOf.get(name)!;
      wave.total++;
      wave.waiting.push(name);
      if (records[name]) this.count(name, undefined, records[name]);
    }
    this.sortWaiting();
  }

  phaseOf(server: string): ServerPhase {
    return this.records[server]?.phase ?? 'waiting';
  }

  server(name: string): PlannedServer {
    return this.planned.get(name)!;
  }

  has(name: string): boolean {
    return this.planned.has(name);
  }

  /** The only way a record changes: the sums go with it. */
  set(name: string, record: ServerRecord): void {
    const before = this.records[name];
    this.records[name] = record;
    this.count(name, before, record);
  }

  /** Takes the report into the records; one that is old, repeated or does not fit is without effect. */
  report(report: ServerReport, now: number): void {
    const record = this.records[report.server];
    if (!record || isEnded(record.phase) || record.phase === 'waiting') return;
    // An adopted workflow (round 0) was started by a run of the batch that we know nothing of.
    if (record.round !== 0 && record.round !== report.round) return;
    const { round, startedAt, sourceId } = record;
    const base = { round, startedAt, sourceId };
    const starts = 'starts' in record ? record.starts : 1;
    if (report.kind === 'ended') {
      this.set(report.server, { ...base, endedAt: now, ...endedRecord(report.result) });
    } else if (report.kind === 'stoppedRunning') {
      if (record.phase !== 'migrating' || (record.round !== 0 && report.start < starts)) return;
      const { jobId, error, start, end } = report;
      const again = mayStartAgain(end, start, this.plan.policy.attempts);
      const phase = again ? 'recovering' : end === 'Waiting' ? 'synced' : 'finishing';
      this.set(report.server, { ...base, phase, jobId, starts: start, error });
    } else {
      const { need, jobId, refused } = report;
      if (record.phase === 'queued' && record.need >= need) return;
      this.set(report.server, {
        ...base,
        phase: 'queued',
        need,
        jobId,
        starts,
        error: refused ?? ('error' in record ? record.error : undefined),
      });
    }
  }

  view(name: string): ServerView {
    const record = this.records[name];
    const { wave, sourceId } = this.server(name);
    if (!record) return { server: name, wave, phase: 'waiting', sourceId };
    const { round, ...shown } = record;
    const { starts } = 'starts' in record ? record : { starts: undefined };
    return { server: name, wave, ...shown, starts, sourceId: record.sourceId ?? sourceId };
  }

  /** The wave whose servers may start: the first that has not ended. */
  openWave(): BatchServers['waves'][number] | undefined {
    return this.waves.find((wave) => wave.ended < wave.total);
  }

  /** Longest first: list scheduling by longest processing time comes closest to what the quota allows. */
  sortWaiting(): void {
    for (const wave of this.waves) {
      wave.waiting = wave.waiting.filter((name) => this.phaseOf(name) === 'waiting');
      // Array.sort is stable: equals stay in the plan's order.
      wave.waiting.sort((a, b) => (this.diskGiB[b] ?? 0) - (this.diskGiB[a] ?? 0));
    }
  }

  private count(name: string, before: ServerRecord | undefined, after: ServerRecord): void {
    const wave = this.waveOf.get(name)!;
    this.counts[before?.phase ?? 'waiting']--;
    this.counts[after.phase]++;
    const [was, is] = [slotsOf(before), slotsOf(after)];
    this.inUse.existing += is.existing - was.existing;
    this.inUse.running += is.running - was.running;
    wave.ended += Number(isEnded(after.phase)) - Number(before !== undefined && isEnded(before.phase));
    wave.failed += Number(after.phase === 'failed') - Number(before?.phase === 'failed');
    this.queued.delete(name);
    if (after.phase === 'queued') this.queued.add(name);
  }
}

function endedRecord(result: ServerResult) {
  switch (result.outcome) {
    case 'migrated': {
      const { jobId, imageId, instanceId, leftover, note } = result;
      return { phase: 'migrated' as const, jobId, imageId: imageId ?? instanceId, leftover, note };
    }
    case 'failed': {
      const { error, jobId, leftover } = result;
      return { phase: 'failed' as const, error, jobId, leftover };
    }
    case 'cancelled': {
      const { jobId, leftover } = result;
      return { phase: 'cancelled' as const, jobId, leftover };
    }
  }
}
