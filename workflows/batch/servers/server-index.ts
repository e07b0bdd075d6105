import TinyQueue from 'tinyqueue';
import type { Plan, PlannedServer } from '../../../src/plan';
import { startTimeOf } from '../../../src/plan/plan';
import type { Slots } from '../../contract/slots';
import type { ServerPhase } from '../../contract/views';
import { noteServerEnd } from './ended-servers';
import { FailureTexts } from './failure-texts';
import {
  causeOf,
  failureCode,
  hasLeftover,
  hasWorkflow,
  holdsGroup,
  isDeclared,
  isEnded,
  isWaitingWithJob,
  type ServerRecord,
  slotsOf,
} from './server-record';

/** The sums over a wave. */
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
  /** The longest first; it may have servers that no longer wait. */
  names: string[];
  /** Not in `names` yet. */
  added: string[];
}

/** Hears of a record before and after a change. */
export type RecordWatch = (before: ServerRecord, after: ServerRecord) => void;

/** The part of a batch's state that an index sums up. */
export interface Indexed {
  plan: Plan;
  servers: Record<string, ServerRecord>;
  strays: { jobs: readonly { runs?: boolean }[] };
  news?: { endedServers?: string[] };
}

/**
 * The sums that decisions need, updated at each change of a record: so a change costs the same in a batch of ten servers and of ten
 * thousand. An index can be made again from the state at any time.
 */
export class ServerIndex {
  readonly inUse: Slots = { existing: 0, running: 0 };
  readonly counts: Record<ServerPhase, number>;
  /** The sums over each wave, in the plan's order. */
  readonly waves: WaveSums[];
  /** Strays: jobs of the batch that belong to no server of its plan. */
  readonly strays: Slots = { existing: 0, running: 0 };
  /** Leftovers: jobs of ended servers that still exist. */
  leftovers = 0;
  /** The number of failed servers by error code. */
  readonly failedByCode = new Map<string, number>();
  /** The number of servers by `exclusive` group that keep the others of the group from starting. */
  readonly groupsHeld = new Map<string, number>();
  /** The number of syncs that count as running. */
  syncs = 0;
  /** Servers whose next sync does not count as running yet, with its time. */
  readonly syncsDue = new Map<string, number>();
  /** Queued servers, the oldest request first. */
  readonly queued = new Set<string>();
  /** The number of queued servers that wait for their cut-over. */
  queuedCutOvers = 0;
  /** The number of servers that an earlier run of the batch has migrated. */
  earlier = 0;
  /** The number of servers that the plan declares as migrated. */
  declared = 0;
  /** Servers that have a workflow. */
  readonly withWorkflow = new Set<string>();
  /** Waiting servers whose job, from before the batch was applied, runs. */
  readonly runningWithoutWorkflow = new Set<string>();
  /** Waiting servers that are looked up before they start. */
  readonly lookedUpFirst = new Set<string>();
  /** Servers to check for a dependency that has ended without an image. */
  readonly hopeToCheck = new Set<string>();
  /** The number of waiting servers that have a job. */
  waitingWithJob = 0;
  /** Whether any server has a dependency, an exclusive group, or a start time. */
  readonly have: { dependencies: boolean; groups: boolean; startTimes: boolean };
  private readonly texts = new FailureTexts();
  private readonly planned: Map<string, PlannedServer>;
  private readonly positions: Map<string, number>;
  private readonly waveOf: Map<string, WaveSums>;
  private readonly lists: WaitingList[];
  /** Parked servers, by the server that they wait for. */
  private readonly parked = new Map<string, string[]>();
  /** Parked servers, by the group that they wait for and the position of their wave; the longest first. */
  private readonly parkedInGroups = new Map<string, Map<number, TinyQueue<string>>>();
  private readonly dependents = new Map<string, string[]>();

  /** It changes the records of the state: their texts are cut to the length that a batch keeps. */
  constructor(
    private readonly state: Indexed,
    /** Told of each change of a record. */
    readonly watch?: RecordWatch,
  ) {
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
    this.lists = this.waves.map(() => ({ names: [], added: [] }));
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

  /** Changes a record, and the sums with it. Its `diskGiB` and `lastRound` stay unless the new record has them. */
  set(name: string, record: ServerRecord): void {
    const { servers } = this.state;
    const before = servers[name]!;
    const { diskGiB, lastRound } = before;
    const after = this.texts.bounded(name, { diskGiB, lastRound, ...record });
    servers[name] = after;
    this.watch?.(before, after);
    this.add(name, before, -1);
    this.add(name, after, 1);
    this.place(name, after, before);
    noteServerEnd(this.state, name, before, after);
  }

  /** Sets the strays, which take slots until they are gone. */
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

  /** The position of a server's wave in the plan. */
  waveIndexOf(name: string): number {
    return this.waves.indexOf(this.waveOf.get(name)!);
  }

  /** Whether a job waits to be started again; cut-overs do not count. */
  get hasRestarts(): boolean {
    return this.queued.size > this.queuedCutOvers;
  }

  get haveAllEnded(): boolean {
    return this.waves.every(({ total, ended }) => ended === total);
  }

  /**
   * The servers of a wave that may start next, the longest first: list scheduling by longest processing time uses the quota best.
   * The caller may remove servers that it has started or parked.
   */
  mayBeNext(wave: number): string[] {
    const list = this.lists[wave]!;
    const { names, added } = list;
    // Few are put into their places; a large list is not sorted again for them.
    if (added.length > names.length / 8) list.names = this.longestFirst(new Set([...names, ...added]));
    else for (const name of added) this.insert(names, name);
    list.added = [];
    return list.names;
  }

  /** Whether servers have come to a wave's list since it was last asked for. */
  hasMore(wave: number): boolean {
    return this.lists[wave]!.added.length > 0;
  }

  /** All waiting servers of a wave, the longest first. */
  waitingIn(wave: number): string[] {
    const { name } = this.waves[wave]!;
    const ofWave = this.state.plan.servers.filter((server) => server.wave === name);
    return this.longestFirst(ofWave.map((server) => server.name));
  }

  /** Parks a server: it is not tried until its group is free and it is the next of it, or until another server has ended. */
  park(name: string, until: { group: string } | { server: string }): void {
    if ('server' in until) {
      append(this.parked, until.server, name);
      return;
    }
    const waves = this.parkedInGroups.get(until.group) ?? new Map<number, TinyQueue<string>>();
    this.parkedInGroups.set(until.group, waves);
    const wave = this.waveIndexOf(name);
    const parked = waves.get(wave) ?? new TinyQueue<string>([], this.order);
    waves.set(wave, parked);
    parked.push(name);
  }

  /**
   * Puts the next parked server of a group into the list of its wave: only one at a time, because only one of a group can start. The
   * caller asks for more when something else holds this one back.
   */
  releaseNext(group: string, wave: number): void {
    const parked = this.parkedInGroups.get(group)?.get(wave);
    for (let name = parked?.pop(); name !== undefined; name = parked?.pop()) {
      if (this.phaseOf(name) !== 'waiting') continue;
      this.list(name);
      return;
    }
  }

  private release(server: string): void {
    for (const name of this.parked.get(server) ?? []) this.list(name);
    this.parked.delete(server);
  }

  private list(name: string): void {
    this.lists[this.waveIndexOf(name)]!.added.push(name);
  }

  private sortAgain(wave: number): void {
    const { names, added } = this.lists[wave]!;
    this.lists[wave] = { names: [], added: [...names, ...added] };
  }

  /** Puts a server into its place, unless it is there already. */
  private insert(names: string[], name: string): void {
    let from = 0;
    let to = names.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.order(names[middle]!, name) < 0) from = middle + 1;
      else to = middle;
    }
    if (names[from] !== name) names.splice(from, 0, name);
  }

  /** The longest first, then in the order of the plan. */
  private readonly order = (a: string, b: string) =>
    (this.record(b).diskGiB ?? 0) - (this.record(a).diskGiB ?? 0) ||
    this.positions.get(a)! - this.positions.get(b)!;

  private longestFirst(names: Iterable<string>): string[] {
    return [...names].filter((name) => this.phaseOf(name) === 'waiting').sort(this.order);
  }

  /** Adds a record to the sums, or removes it. */
  private add(name: string, record: ServerRecord, by: 1 | -1): void {
    const wave = this.waveOf.get(name)!;
    const { phase } = record;
    this.counts[phase] += by;
    const { existing, running } = slotsOf(record);
    this.inUse.existing += by * existing;
    this.inUse.running += by * running;
    if (isEnded(phase)) wave.ended += by;
    if (phase === 'failed') wave.failed += by;
    if (isDeclared(record)) this.declared += by;
    else if (phase === 'migrated' && record.earlier) this.earlier += by;
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

  /** Puts a server into its sets. In a set that it stays in it keeps its place. */
  private place(name: string, record: ServerRecord, before?: ServerRecord): void {
    const { phase } = record;
    if (phase === 'waiting' && before?.phase !== 'waiting') {
      this.list(name);
      this.hopeToCheck.add(name);
    }
    // Its place in the list is another one now.
    if (phase === 'waiting' && before !== undefined && before.diskGiB !== record.diskGiB)
      this.sortAgain(this.waveIndexOf(name));
    if (phase !== before?.phase && (isEnded(phase) || phase === 'synced')) {
      this.release(name);
      for (const other of this.dependents.get(name) ?? []) this.hopeToCheck.add(other);
    }
    const group = this.planOf(name).exclusive;
    if (group !== undefined && !this.groupsHeld.has(group))
      for (const wave of this.parkedInGroups.get(group)?.keys() ?? []) this.releaseNext(group, wave);
    belongs(this.queued, name, phase === 'queued');
    belongs(this.withWorkflow, name, hasWorkflow(record));
    belongs(this.runningWithoutWorkflow, name, phase === 'waiting' && record.jobRuns === true);
    belongs(this.lookedUpFirst, name, phase === 'waiting' && record.lookUp !== undefined);
    const sync = phase === 'synced' ? record.sync : undefined;
    if (sync?.dueAt !== undefined && !sync.holdsSlot) this.syncsDue.set(name, sync.dueAt);
    else this.syncsDue.delete(name);
  }
}

function append(lists: Map<string, string[]>, key: string, name: string): void {
  const list = lists.get(key);
  if (list) list.push(name);
  else lists.set(key, [name]);
}

function belongs(set: Set<string>, name: string, isIn: boolean): void {
  if (isIn) set.add(name);
  else set.delete(name);
}

/** Changes a count. A count of zero is removed, so that an index equals a new one. */
function count(counts: Map<string, number>, key: string, by: number): void {
  const sum = (counts.get(key) ?? 0) + by;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}
