import type { Plan, PlannedServer } from '../../../src/plan';
import { startTimeOf } from '../../../src/plan/plan';
import type { Slots } from '../../contract/slots';
import type { ServerPhase } from '../../contract/views';
import { FailureTexts } from './failure-texts';
import {
  causeOf,
  failureCode,
  hasLeftover,
  hasWorkflow,
  holdsGroup,
  isEnded,
  isWaitingWithJob,
  type ServerRecord,
  slotsOf,
} from './server-record';

/** One wave as it stands. */
export interface WaveSums {
  name: string;
  total: number;
  ended: number;
  failed: number;
  /** Failed, or being cleaned up after its last attempt. */
  failing: number;
  synced: number;
  waiting: number;
}

/** Servers of a wave that wait and may be next, unless they are parked. */
interface WaitingList {
  /** Longest first once it is sorted; ones that do not wait any more may stand among them. */
  names: string[];
  isSorted: boolean;
}

/** What an index is made of: the part of a batch's state that it sums up. */
export interface Indexed {
  plan: Plan;
  servers: Record<string, ServerRecord>;
  strays: { jobs: readonly { runs?: boolean }[] };
}

/**
 * The sums that decisions ask for, kept up to date at each change of a record: a batch of ten thousand servers takes as
 * long for one of them as a batch of ten. It can be made anew from the state at any time.
 */
export class ServerIndex {
  readonly inUse: Slots = { existing: 0, running: 0 };
  readonly counts: Record<ServerPhase, number>;
  /** In the order of the plan's waves. */
  readonly waves: WaveSums[];
  /** Jobs of the batch that belong to none of its servers. */
  readonly strays: Slots = { existing: 0, running: 0 };
  /** Jobs of ended servers that still exist. */
  leftovers = 0;
  /** How many servers have failed with which error code. */
  readonly failedByCode = new Map<string, number>();
  /** Servers by their `exclusive` group that keep the others of it from starting. */
  readonly groupsHeld = new Map<string, number>();
  /** Syncs of incremental jobs that count as running. */
  syncs = 0;
  /** Servers whose next sync does not count yet, with when it is due. */
  readonly syncsDue = new Map<string, number>();
  /** Servers that wait for a slot once more, oldest first. */
  readonly queued = new Set<string>();
  /** Servers of {@link queued} whose turn is a cut-over. */
  queuedCutOvers = 0;
  /** Servers that a workflow of their own looks after. */
  readonly withWorkflow = new Set<string>();
  /** Servers that wait, and whose job of an earlier life of the batch runs. */
  readonly runningWithoutWorkflow = new Set<string>();
  /** Servers that wait, and are looked up in the account before they start. */
  readonly lookedUpFirst = new Set<string>();
  /** Servers that may have lost all hope: something that they depend on may have ended without an image. */
  readonly hopeToCheck = new Set<string>();
  /** Servers that wait, and have a job that was left. */
  waitingWithJob = 0;
  /** Some server depends on another one, must not run beside another one, or has a start time in the plan. */
  readonly have: { dependencies: boolean; groups: boolean; startTimes: boolean };
  private readonly texts = new FailureTexts();
  private readonly planned: Map<string, PlannedServer>;
  private readonly positions: Map<string, number>;
  private readonly waveOf: Map<string, WaveSums>;
  private readonly lists: WaitingList[];
  /** By what they wait for, a group or another server: nothing else can let them start. */
  private readonly parked = new Map<string, string[]>();
  private readonly dependents = new Map<string, string[]>();

  /** Writes to the records of the state: texts of others are cut to what a batch keeps. */
  constructor(private readonly state: Indexed) {
    const { plan, servers: records, strays } = state;
    this.have = {
      dependencies: plan.servers.some(({ dependsOn }) => dependsOn !== undefined),
      groups: plan.servers.some(({ exclusive }) => exclusive !== undefined),
      startTimes: plan.servers.some(({ job }) => startTimeOf(job) !== undefined),
    };
    this.planned = new Map(plan.servers.map((server) => [server.name, server]));
    this.positions = new Map(plan.servers.map(({ name }, i) => [name, i]));
    this.waves = plan.waves.map(({ name }) => ({
      name,
      total: 0,
      ended: 0,
      failed: 0,
      failing: 0,
      synced: 0,
      waiting: 0,
    }));
    this.lists = this.waves.map(() => ({ names: [], isSorted: false }));
    const waveByName = new Map(this.waves.map((wave) => [wave.name, wave]));
    this.waveOf = new Map(plan.servers.map(({ name, wave }) => [name, waveByName.get(wave)!]));
    this.counts = {
      waiting: 0,
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
    for (const { name, dependsOn = [] } of plan.servers)
      for (const other of dependsOn) append(this.dependents, other, name);
    for (const { name } of plan.servers) {
      const record = this.texts.bounded(name, records[name]!);
      records[name] = record;
      this.waveOf.get(name)!.total++;
      this.add(name, record, 1);
      this.place(name, record);
    }
    const queuedAt = (name: string) => {
      const record = records[name]!;
      return record.phase === 'queued' ? record.queuedAt : 0;
    };
    const oldestFirst = [...this.queued].sort((a, b) => queuedAt(a) - queuedAt(b));
    this.queued.clear();
    for (const name of oldestFirst) this.queued.add(name);
    this.setStrays(strays.jobs);
  }

  /** The only way a record changes: the sums go with it. What is known of its disks and rounds stays. */
  set(name: string, record: ServerRecord): void {
    const { servers } = this.state;
    const before = servers[name]!;
    const { diskGiB, lastRound } = before;
    const after = this.texts.bounded(name, { diskGiB, lastRound, ...record });
    servers[name] = after;
    this.add(name, before, -1);
    this.add(name, after, 1);
    this.place(name, after, before);
  }

  /** They take their slots until they are gone. */
  setStrays(strays: readonly { runs?: boolean }[]): void {
    const running = strays.filter(({ runs }) => runs).length;
    this.inUse.existing += strays.length - this.strays.existing;
    this.inUse.running += running - this.strays.running;
    Object.assign(this.strays, { existing: strays.length, running });
  }

  record(name: string): ServerRecord {
    return this.state.servers[name]!;
  }

  phaseOf(name: string): ServerPhase {
    return this.state.servers[name]?.phase ?? 'waiting';
  }

  planOf(name: string): PlannedServer {
    return this.planned.get(name)!;
  }

  has(name: string): boolean {
    return this.planned.has(name);
  }

  /** Its place among the plan's waves. */
  waveIndexOf(name: string): number {
    return this.waves.indexOf(this.waveOf.get(name)!);
  }

  /** Some job waits to be started again, beside cut-overs. */
  get hasRestarts(): boolean {
    return this.queued.size > this.queuedCutOvers;
  }

  get haveAllEnded(): boolean {
    return this.waves.every(({ total, ended }) => ended === total);
  }

  /**
   * Servers of a wave that may be next, longest first: list scheduling by longest processing time comes closest to what the
   * quota allows. The list may be written to: what is taken out of it must have started, or be parked.
   */
  mayBeNext(wave: number): string[] {
    const list = this.lists[wave]!;
    if (!list.isSorted) {
      list.names = this.longestFirst(new Set(list.names));
      list.isSorted = true;
    }
    return list.names;
  }

  /** All servers of a wave that wait, longest first. */
  waitingIn(wave: number): string[] {
    const { name } = this.waves[wave]!;
    const ofWave = this.state.plan.servers.filter((server) => server.wave === name);
    return this.longestFirst(ofWave.map((server) => server.name));
  }

  /** A server that nothing lets start before a group is free, or another server has ended, is not looked at until then. */
  park(name: string, until: { group: string } | { server: string }): void {
    append(this.parked, 'group' in until ? groupKey(until.group) : serverKey(until.server), name);
  }

  private release(key: string): void {
    for (const name of this.parked.get(key) ?? []) this.list(name);
    this.parked.delete(key);
  }

  private list(name: string): void {
    const list = this.lists[this.waveIndexOf(name)]!;
    list.names.push(name);
    list.isSorted = false;
  }

  private longestFirst(names: Iterable<string>): string[] {
    const sizeOf = (name: string) => this.record(name).diskGiB ?? 0;
    return [...names]
      .filter((name) => this.phaseOf(name) === 'waiting')
      .sort((a, b) => sizeOf(b) - sizeOf(a) || this.positions.get(a)! - this.positions.get(b)!);
  }

  /** Counts a record in, or out again. */
  private add(name: string, record: ServerRecord, by: 1 | -1): void {
    const wave = this.waveOf.get(name)!;
    const { phase } = record;
    this.counts[phase] += by;
    const { existing, running } = slotsOf(record);
    this.inUse.existing += by * existing;
    this.inUse.running += by * running;
    if (isEnded(phase)) wave.ended += by;
    if (phase === 'failed') wave.failed += by;
    if (phase === 'synced') wave.synced += by;
    if (phase === 'waiting') wave.waiting += by;
    if (phase === 'queued' && record.isCutOver) this.queuedCutOvers += by;
    if (hasLeftover(record)) this.leftovers += by;
    if (failureCode(record) !== undefined) wave.failing += by;
    const cause = causeOf(record);
    if (cause !== undefined) count(this.failedByCode, cause, by);
    const group = this.planOf(name).exclusive;
    if (group !== undefined && holdsGroup(record)) count(this.groupsHeld, group, by);
    if (isWaitingWithJob(record)) this.waitingWithJob += by;
    const sync = phase === 'synced' ? record.sync : undefined;
    if (sync?.holdsSlot) this.syncs += by;
  }

  /** Puts a server into the sets that it belongs to; one that stays in a set keeps its place there. */
  private place(name: string, record: ServerRecord, before?: ServerRecord): void {
    const { phase } = record;
    if (phase === 'waiting' && before?.phase !== 'waiting') {
      this.list(name);
      this.hopeToCheck.add(name);
    }
    if (phase !== before?.phase && (isEnded(phase) || phase === 'synced')) {
      this.release(serverKey(name));
      for (const other of this.dependents.get(name) ?? []) this.hopeToCheck.add(other);
    }
    const group = this.planOf(name).exclusive;
    if (group !== undefined && !this.groupsHeld.has(group)) this.release(groupKey(group));
    belongs(this.queued, name, phase === 'queued');
    belongs(this.withWorkflow, name, hasWorkflow(record));
    belongs(this.runningWithoutWorkflow, name, phase === 'waiting' && record.jobRuns === true);
    belongs(this.lookedUpFirst, name, phase === 'waiting' && record.lookUp !== undefined);
    const sync = phase === 'synced' ? record.sync : undefined;
    if (sync?.dueAt !== undefined && !sync.holdsSlot) this.syncsDue.set(name, sync.dueAt);
    else this.syncsDue.delete(name);
  }
}

const groupKey = (group: string) => `group ${group}`;
const serverKey = (name: string) => `server ${name}`;

function append(lists: Map<string, string[]>, key: string, name: string): void {
  const list = lists.get(key);
  if (list) list.push(name);
  else lists.set(key, [name]);
}

function belongs(set: Set<string>, name: string, isIn: boolean): void {
  if (isIn) set.add(name);
  else set.delete(name);
}

/** What nobody counts any more leaves no trace, so that an index equals the one made anew. */
function count(counts: Map<string, number>, key: string, by: number): void {
  const sum = (counts.get(key) ?? 0) + by;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}
