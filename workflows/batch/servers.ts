import type { Plan, PlannedServer } from '../../src/plan';
import { startTimeOf } from '../../src/plan/plan';
import type { ServerReport } from '../contract/server-messages';
import type { Slots } from '../contract/slots';
import type { ServerPhase, ServerView } from '../contract/views';
import { estimatedSeconds, type Throughput } from './estimate';
import { FailureTexts } from './failure-texts';
import { takeSync } from './lease/syncs';
import {
  causeOf,
  endedByOrder,
  endedRecord,
  failureCode,
  hasLeftover,
  isEnded,
  isUnderWay,
  isWaitingWithJob,
  lastRoundEnd,
  type ServerRecord,
  shownRecord,
  slotsOf,
  unwatchedJob,
} from './server-record';

/** One wave as it stands; `waiting` are its servers that may not have started, longest first. */
export interface WaveServers {
  name: string;
  total: number;
  ended: number;
  failed: number;
  /** Failed, or being cleaned up after its last attempt. */
  failing: number;
  synced: number;
  waiting: string[];
}

/**
 * The servers of a batch with the sums the scheduler asks for, kept up to date at each change: a batch of ten
 * thousand servers takes as long for one of them as a batch of ten.
 */
export class BatchServers {
  readonly inUse: Slots = { existing: 0, running: 0 };
  readonly counts: Record<ServerPhase, number>;
  /** In the order of the plan's waves. */
  readonly waves: WaveServers[];
  /** Jobs of the batch that belong to none of its servers. */
  readonly strays: Slots = { existing: 0, running: 0 };
  /** Jobs of ended servers that still exist. */
  leftovers = 0;
  /** How many servers have failed with which error code. */
  readonly failedByCode = new Map<string, number>();
  /** Servers under way by their `exclusive` group. */
  readonly exclusiveUnderWay = new Map<string, number>();
  /** Some server depends on another one. */
  readonly haveDependencies: boolean;
  /** Some servers must not be under way at once. */
  readonly haveGroups: boolean;
  /** Some servers must not start before a time of the plan. */
  readonly haveStartTimes: boolean;
  /** Syncs of incremental jobs that count as running. */
  syncs = 0;
  /** Servers whose next sync does not count yet, with when it is due. */
  readonly syncsDue = new Map<string, number>();
  /** Servers that wait for a slot once more, oldest first. */
  readonly queued = new Set<string>();
  /** Servers that wait, and whose job of an earlier life of the batch runs. */
  readonly runningUnwatched = new Set<string>();
  /** Servers that wait, and have a job of an earlier life of the batch. */
  waitingWithJob = 0;
  private readonly texts = new FailureTexts();
  private readonly planned: Map<string, PlannedServer>;
  private readonly waveOf: Map<string, WaveServers>;

  /** `records` and `diskGiB` are the batch's state and are written to. */
  constructor(
    private readonly plan: Plan,
    readonly records: Record<string, ServerRecord>,
    private readonly diskGiB: Record<string, number>,
    strays: readonly { runs?: boolean }[] = [],
  ) {
    this.haveDependencies = plan.servers.some(({ dependsOn }) => dependsOn !== undefined);
    this.haveGroups = plan.servers.some(({ exclusive }) => exclusive !== undefined);
    this.haveStartTimes = plan.servers.some((server) => startTimeOf(server.job) !== undefined);
    this.planned = new Map(plan.servers.map((server) => [server.name, server]));
    this.waves = plan.waves.map(({ name }) => ({
      name,
      total: 0,
      ended: 0,
      failed: 0,
      failing: 0,
      synced: 0,
      waiting: [],
    }));
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
      if (!records[name]) continue;
      records[name] = this.texts.bounded(name, records[name]);
      this.count(name, undefined, records[name]);
    }
    this.sortWaiting();
    this.setStrays(strays);
  }

  /** They take their slots until they are gone. */
  setStrays(strays: readonly { runs?: boolean }[]): void {
    const running = strays.filter(({ runs }) => runs).length;
    this.inUse.existing += strays.length - this.strays.existing;
    this.inUse.running += running - this.strays.running;
    Object.assign(this.strays, { existing: strays.length, running });
  }

  phaseOf(server: string): ServerPhase {
    return this.records[server]?.phase ?? 'waiting';
  }

  /** Its place among the plan's waves. */
  waveIndexOf(name: string): number {
    return this.waves.indexOf(this.waveOf.get(name)!);
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
    const bounded = this.texts.bounded(name, record);
    this.records[name] = bounded;
    this.count(name, before, bounded);
  }

  /** Takes the report into the records; one that is old, repeated or does not fit is without effect. */
  report(report: ServerReport, now: number): void {
    const record = this.records[report.server];
    if (!record || isEnded(record.phase) || record.phase === 'waiting') return;
    // An adopted workflow (round 0) was started by a run of the batch that we know nothing of.
    if (record.round !== 0 && record.round !== report.round) return;
    const { round, startedAt, stoppedRunningAt, sourceId, starts = 1, granted, runId, validUntil } = record;
    const base = { round, startedAt, stoppedRunningAt, sourceId, starts, granted, runId, validUntil };
    if (report.kind === 'ended') {
      this.set(report.server, { ...base, runId: undefined, endedAt: now, ...endedRecord(report.result) });
    } else if (report.kind === 'expires') {
      this.set(report.server, { ...record, validUntil: report.at });
    } else if (report.kind === 'waitsForSource') {
      if (record.phase === 'recovering') this.set(report.server, { ...record, error: report.error });
    } else if (report.kind === 'stoppedRunning') {
      // Between two syncs a job can break, too.
      const mayStop = record.phase === 'migrating' || (record.phase === 'synced' && report.end !== 'Waiting');
      if (!mayStop || report.start < starts) return;
      const { jobId, error, start, end, isFree, startsAgainInSeconds } = report;
      const made = report.neverStarted ? 0 : start - Number(isFree ?? false);
      const stopped = { ...base, stoppedRunningAt: now, jobId, starts: made, error };
      if (startsAgainInSeconds !== undefined) {
        const nextStartAt = now + startsAgainInSeconds * 1000;
        this.set(report.server, { ...stopped, phase: 'recovering', nextStartAt });
      } else {
        this.set(report.server, { ...stopped, phase: end === 'Waiting' ? 'synced' : 'finishing' });
      }
    } else if (report.kind === 'sync') {
      if (record.phase === 'synced') this.set(report.server, { ...record, sync: takeSync(report, now) });
    } else if (report.kind === 'wantsSlot') {
      const { need, jobId, refused } = report;
      const isOld = need <= (record.phase === 'queued' ? record.need : (granted ?? 0));
      if (isOld) return;
      this.set(report.server, {
        ...base,
        phase: 'queued',
        need,
        jobId,
        isCutOver: report.isCutOver ?? record.phase === 'synced',
        error: refused ?? ('error' in record ? record.error : undefined),
      });
    }
  }

  /** Some job waits to be started again, beside cut-overs. */
  hasRestarts(): boolean {
    return [...this.queued].some((name) => {
      const record = this.records[name];
      return record?.phase === 'queued' && !record.isCutOver;
    });
  }

  /** Seconds of work that is left, and the longest of it. */
  remaining(
    seconds: (diskGiB: number | undefined) => number,
    now: number,
  ): { work: number; longest: number } {
    let work = 0;
    let longest = 0;
    for (const server of this.plan.servers) {
      const { name } = server;
      const record = this.records[name];
      if (record && (isEnded(record.phase) || record.phase === 'synced' || record.phase === 'finishing'))
        continue;
      const all = seconds(this.diskGiB[name]);
      const left = record?.startedAt ? Math.max(all - (now - record.startedAt) / 1000, all / 20) : all;
      work += left;
      const delay = record?.startedAt ? 0 : Math.max(0, (startTimeOf(server.job) ?? now) - now) / 1000;
      longest = Math.max(longest, delay + left);
    }
    return { work, longest };
  }

  /** When a server under way is likely to end, by its size and what has been measured; milliseconds since the epoch. */
  estimatedEndOf(name: string, measured: Throughput): number | undefined {
    const { startedAt } = this.records[name] ?? {};
    return startedAt && startedAt + this.estimatedMs(name, measured);
  }

  /** The same for a server that waits: all that are before it go through the slots one after the other. */
  estimatedEndOfWaiting(name: string, measured: Throughput, slots: number, now: number): number | undefined {
    if (slots === 0) return undefined;
    const running = Object.entries(this.records).filter(([, { phase }]) => phase === 'migrating');
    const freeAt = running.map(([server]) => Math.max(now, this.estimatedEndOf(server, measured) ?? now));
    while (freeAt.length < slots) freeAt.push(now);
    for (const { waiting } of this.waves) {
      for (const server of waiting.filter((one) => this.phaseOf(one) === 'waiting')) {
        const next = freeAt.indexOf(Math.min(...freeAt));
        const startsAt = Math.max(freeAt[next]!, startTimeOf(this.server(server).job) ?? 0);
        freeAt[next] = startsAt + this.estimatedMs(server, measured);
        if (server === name) return freeAt[next];
      }
    }
    return undefined;
  }

  /** Its place among those that wait, in the order in which they are taken up, from 1. */
  placeOf(name: string): number {
    let place = this.queued.size;
    for (const wave of this.waves) {
      for (const waiting of wave.waiting) {
        if (this.phaseOf(waiting) === 'waiting') place++;
        if (waiting === name) return place;
      }
    }
    return place;
  }

  view(name: string, measured: Throughput): ServerView {
    const record = this.records[name];
    const { wave, sourceId } = this.server(name);
    if (!record) return { server: name, wave, phase: 'waiting', sourceId };
    const shown = shownRecord(record);
    const estimatedEnd = record.phase === 'migrating' ? this.estimatedEndOf(name, measured) : undefined;
    return { server: name, wave, ...shown, sourceId: record.sourceId ?? sourceId, estimatedEnd };
  }

  /** Nothing more happens to a server that has no work under way; its job stays. */
  endByOrder(
    name: string,
    end: { phase: 'cancelled' } | { phase: 'skipped'; note: string; imageId?: string },
    endedAt: number,
  ): void {
    const ended = endedByOrder(this.records[name], endedAt);
    this.set(name, { ...end, ...ended });
  }

  /** Puts a server back into the queue of its wave, for another round. */
  waitAgain(name: string, roundEndedAt = lastRoundEnd(this.records[name])): void {
    const record = this.records[name];
    const jobId = unwatchedJob(record)?.jobId;
    const { round = 0, sourceId } = record ?? {};
    this.set(name, { phase: 'waiting', round, sourceId, jobId, roundEndedAt });
    const { waiting } = this.waveOf.get(name)!;
    if (!waiting.includes(name)) waiting.push(name);
    this.sortWaiting();
  }

  /** Longest first: list scheduling by longest processing time comes closest to what the quota allows. */
  sortWaiting(): void {
    for (const wave of this.waves) {
      wave.waiting = wave.waiting.filter((name) => this.phaseOf(name) === 'waiting');
      // Array.sort is stable: equals stay in the plan's order.
      wave.waiting.sort((a, b) => (this.diskGiB[b] ?? 0) - (this.diskGiB[a] ?? 0));
    }
  }

  private estimatedMs(name: string, measured: Throughput): number {
    return Math.round(estimatedSeconds(this.diskGiB[name], measured) * 1000);
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
    wave.synced += Number(after.phase === 'synced') - Number(before?.phase === 'synced');
    this.leftovers += Number(hasLeftover(after)) - Number(hasLeftover(before));
    wave.failing += Number(failureCode(after) !== undefined) - Number(failureCode(before) !== undefined);
    const [oldCode, newCode] = [causeOf(before), causeOf(after)];
    if (oldCode) add(this.failedByCode, oldCode, -1);
    if (newCode) add(this.failedByCode, newCode, 1);
    const group = this.server(name).exclusive;
    if (group) add(this.exclusiveUnderWay, group, Number(isUnderWay(after)) - Number(isUnderWay(before)));
    this.waitingWithJob += Number(isWaitingWithJob(after)) - Number(isWaitingWithJob(before));
    this.syncs += Number(syncOf(after)?.holdsSlot ?? false) - Number(syncOf(before)?.holdsSlot ?? false);
    this.syncsDue.delete(name);
    const sync = syncOf(after);
    if (sync?.dueAt !== undefined && !sync.holdsSlot) this.syncsDue.set(name, sync.dueAt);
    this.runningUnwatched.delete(name);
    if (after.phase === 'waiting' && after.jobRuns) this.runningUnwatched.add(name);
    this.queued.delete(name);
    if (after.phase === 'queued') this.queued.add(name);
  }
}

const syncOf = (record: ServerRecord | undefined) => (record?.phase === 'synced' ? record.sync : undefined);

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
