import type { Slots } from '../contract/slots';
import { type ClosedGate, hasBeenMigrated, restartGates, serverGate, waveGate } from './gates/gates';
import { holdDueSyncs, quotaInForce, slotsToUse } from './lease/lease-use';
import { endedUntouched, isEnded, isWaitingWithJob, type ServerRecord } from './servers/server-record';
import { type Batch, isLookedUpFirst, noDemand, note, sourceOf, type Times } from './state';
import { heldByAccount, noteTry } from './telling/account-trouble';
import { wish } from './wishes';

/**
 * Deals free slots: first to servers that are queued for another slot, then to waiting servers whose gates are open, wave after
 * wave, the longest first. A server that a gate, an operator or another server holds back does not count as startable.
 */
export function dealSlots(batch: Batch, now: number, times: Times): void {
  const { state, index } = batch;
  for (const name of [...index.runningWithoutWorkflow]) startForRunningJob(batch, name, now, times);
  failHopeless(batch, now);
  holdDueSyncs(batch, now, times);
  const cap = slotsToUse(batch, now, times);
  batch.demand = noDemand;
  const mostStarts = startsByAccount(batch, now, times);
  let mayStart = mostStarts - grantQueued(batch, cap, mostStarts, now, times);
  for (const [i, wave] of index.waves.entries()) {
    if (wave.waiting === 0) continue;
    const gate = waveGate(state.plan, index, state.gates, i, now);
    if (gate) {
      times.push(gate.until);
      continue;
    }
    if (mayStart > 0 && hasRoom(batch, cap)) mayStart -= startWave(batch, i, cap, mayStart, now, times);
    countStartable(batch, i, now, times);
  }
  if (!state.account.error || mayStart === mostStarts) return;
  noteTry(state.account);
  // Asks for the time of the next try, which wakes the batch: nothing else may happen until then.
  times.push(heldByAccount(state.account, true, now) ?? now);
}

/** Whether some server may start: a server with a job needs only a running slot. */
const hasRoom = ({ index: { inUse, waitingWithJob } }: Batch, cap: Slots) =>
  inUse.running < cap.running && (inUse.existing < cap.existing || waitingWithJob > 0);

/** Starts servers of an open wave while there are slots; gives their number. */
function startWave(
  batch: Batch,
  wave: number,
  cap: Slots,
  most: number,
  now: number,
  times: Times,
  more = 1,
): number {
  const { index } = batch;
  const list = index.mayBeNext(wave);
  const passedBy: string[] = [];
  const groups = new Set<string>();
  let started = 0;
  let next = 0;
  for (; next < list.length && started < most && hasRoom(batch, cap); next++) {
    const name = list[next]!;
    if (index.phaseOf(name) !== 'waiting') continue;
    if (mayStart(batch, name, cap, now, times)) {
      start(batch, name, now);
      started++;
      continue;
    }
    const { exclusive } = index.planOf(name);
    if (exclusive !== undefined) groups.add(exclusive);
    if (!isParked(batch, name, now)) passedBy.push(name);
  }
  // The rest of the list, which may be long, stays as it is.
  list.splice(0, next, ...passedBy);
  if (started >= most || !hasRoom(batch, cap)) return started;
  releaseNext(batch, groups, wave, more);
  if (!index.hasMore(wave)) return started;
  return started + startWave(batch, wave, cap, most - started, now, times, 2 * more);
}

/** Of groups that are free, and whose servers are held back by something else, so many of the next ones may start. */
function releaseNext({ index }: Batch, groups: Iterable<string>, wave: number, count: number): void {
  for (const group of groups)
    if (!index.groupsHeld.has(group)) for (let i = 0; i < count; i++) index.releaseNext(group, wave);
}

/** Parks a server that waits for another server, or for its group: it is not tried before that one has ended. */
function isParked({ state, index }: Batch, name: string, now: number): boolean {
  const gate = serverGate(index, state.gates, name, now);
  if (gate?.waitsFor === undefined) return false;
  index.park(name, gate.waitsFor);
  return true;
}

/** Whether a server of an open wave may start now. */
function mayStart(batch: Batch, name: string, cap: Slots, now: number, times: Times): boolean {
  const { state, index } = batch;
  if (index.inUse.existing >= cap.existing && !isWaitingWithJob(index.record(name))) return false;
  if (isClosing(index.record(name), now, times) || awaitsLookUp(batch, name)) return false;
  return !failedDependency(batch, name) && !serverGate(index, state.gates, name, now);
}

/** Whether the workflow of the server's last round is about to close: it has the server's name until then. */
function isClosing(record: ServerRecord, now: number, times: Times): boolean {
  if (record.phase !== 'waiting' || record.notBefore === undefined || record.notBefore <= now) return false;
  times.push(record.notBefore);
  return true;
}

/** Whether the server waits for its look-up. A server without a known source is looked up, too. */
function awaitsLookUp(batch: Batch, name: string): boolean {
  if (isLookedUpFirst(batch, name)) return true;
  const record = batch.index.record(name);
  if (sourceOf(batch.state, batch.index.planOf(name)) !== undefined || record.phase !== 'waiting')
    return false;
  batch.index.set(name, { ...record, lookUp: {} });
  return true;
}

/** Begins a round of a server: its job counts from now on, and the start of its workflow is wished. */
function start(batch: Batch, name: string, now: number): void {
  const { state, index } = batch;
  const before = index.record(name);
  const sourceId = sourceOf(state, index.planOf(name));
  // Known also while the workflow of its last round closes: then it waits again, and its job counts.
  const jobId = before.phase === 'waiting' ? before.jobId : undefined;
  const { roundEndedAt } = before;
  index.set(name, {
    phase: 'migrating',
    round: nextRound(before, now),
    startedAt: now,
    sourceId,
    starts: 1,
    jobId,
    roundEndedAt,
  });
  wish(batch, name, 'start', now);
}

/**
 * The number of a server's next round: the second in which it begins. A batch that was terminated and is applied again does not know
 * the rounds of the earlier one, and must not take a late report of theirs for one of its own.
 */
const nextRound = ({ round, lastRound = 0 }: ServerRecord, now: number) =>
  Math.max(round + 1, lastRound + 1, Math.floor(now / 1000));

/** Begins a round for a server whose job runs already, even with closed gates: the job holds its slot until its end is seen. */
function startForRunningJob(batch: Batch, name: string, now: number, times: Times): void {
  if (isClosing(batch.index.record(name), now, times) || awaitsLookUp(batch, name)) return;
  start(batch, name, now);
}

/** How many servers may start. While the account refuses calls, one server starts now and then, as a test whether it still does. */
function startsByAccount({ state, index }: Batch, now: number, times: Times): number {
  if (!state.account.error) return Number.POSITIVE_INFINITY;
  const { migrating, recovering, finishing } = index.counts;
  const until = heldByAccount(state.account, migrating + recovering + finishing > 0, now);
  times.push(until);
  return until === undefined ? 1 : 0;
}

/** Counts the servers of a wave that could start now with slots; of an exclusive group only one counts. */
function countStartable(batch: Batch, wave: number, now: number, times: Times): void {
  const { state, index, demand } = batch;
  const { dependencies, groups, startTimes } = index.have;
  const mayBeHeldBack =
    dependencies ||
    groups ||
    startTimes ||
    state.gates.paused.servers.length > 0 ||
    index.lookedUpFirst.size > 0 ||
    state.planChange !== undefined;
  const names = mayBeHeldBack
    ? startableOf(batch, wave, now, times)
    : index.waitingWithJob > 0
      ? index.mayBeNext(wave)
      : [];
  const withJob = names.filter((name) => isWaitingWithJob(index.record(name))).length;
  batch.demand = {
    ...demand,
    startable: demand.startable + (mayBeHeldBack ? names.length : index.waves[wave]!.waiting),
    startableWithJob: demand.startableWithJob + withJob,
  };
}

function startableOf(batch: Batch, wave: number, now: number, times: Times, more = 1): string[] {
  const { state, index } = batch;
  const list = index.mayBeNext(wave);
  const mostJobs = quotaInForce(batch).jobs;
  const taken = new Set<string>();
  const heldBack = new Set<string>();
  const startable: string[] = [];
  const stay: string[] = [];
  let next = 0;
  // No more than the quota of jobs are counted.
  for (; next < list.length && startable.length < mostJobs; next++) {
    const name = list[next]!;
    if (index.phaseOf(name) !== 'waiting') continue;
    const { exclusive } = index.planOf(name);
    const gate = isLookedUpFirst(batch, name) ? undefined : serverGate(index, state.gates, name, now);
    times.push(gate?.until);
    if (exclusive && (gate || isLookedUpFirst(batch, name))) heldBack.add(exclusive);
    if (gate?.waitsFor) {
      index.park(name, gate.waitsFor);
      continue;
    }
    stay.push(name);
    if (gate || isLookedUpFirst(batch, name) || (exclusive && taken.has(exclusive))) continue;
    if (exclusive) taken.add(exclusive);
    startable.push(name);
  }
  list.splice(0, next, ...stay);
  for (const group of taken) heldBack.delete(group);
  releaseNext(batch, heldBack, wave, more);
  return index.hasMore(wave) ? startableOf(batch, wave, now, times, 2 * more) : startable;
}

/** Grants slots to queued servers, the oldest request first; gives their number. */
function grantQueued(batch: Batch, cap: Slots, most: number, now: number, times: Times): number {
  const { index } = batch;
  const { inUse } = index;
  let grants = 0;
  let startableAgain = 0;
  let startableAgainWithJob = 0;
  const gateOf = restartGatesOf(batch, now);
  for (const name of [...index.queued]) {
    const record = index.record(name);
    if (record.phase !== 'queued') continue;
    const gate = gateOf(name);
    if (gate) {
      times.push(gate.until);
      continue;
    }
    const hasSlots = inUse.running < cap.running && (record.jobId || inUse.existing < cap.existing);
    if (grants >= most || !hasSlots) {
      startableAgain++;
      if (record.jobId) startableAgainWithJob++;
      continue;
    }
    const { phase, slotRequest, error, queuedAt, isCutOver, idleSince = now, ...kept } = record;
    const isRefusal = error?.code.startsWith('QuotaExceeded');
    const starts = (record.starts ?? 1) + Number(record.jobId !== undefined && !isRefusal);
    const idleMs = (record.idleMs ?? 0) + now - idleSince;
    index.set(name, { ...kept, phase: 'migrating', grantedRequest: slotRequest, starts, idleMs });
    wish(batch, name, 'grant', now);
    grants++;
  }
  batch.demand = { ...batch.demand, startableAgain, startableAgainWithJob };
  return grants;
}

/** Gives the gate that holds back the restart of a server's job. */
export const restartGatesOf = (
  { state, index }: Batch,
  now: number,
): ((server: string) => ClosedGate | undefined) => restartGates(state.plan, index, state.gates, now);

/** Fails servers with a dependency that has ended without an image: they could never start, and the batch must end. */
function failHopeless(batch: Batch, now: number): void {
  const { state, index } = batch;
  // A failure here may add servers that depend on the failed one.
  for (const name of index.hopeToCheck) {
    // Removed before the check, so that a later failure can add it again.
    index.hopeToCheck.delete(name);
    const record = index.record(name);
    // A running job is waited for first.
    if (record.phase !== 'waiting' || record.jobRuns) continue;
    const dependency = failedDependency(batch, name);
    if (dependency === undefined) continue;
    const why = `${dependency}, which is ${index.phaseOf(dependency)}`;
    index.set(name, {
      ...endedUntouched(record, now),
      phase: 'failed',
      isConsequence: true,
      error: {
        code: 'DependencyFailed',
        message: `it depends on ${why}`,
        remedy: `Retry ${dependency} and ${name} together.`,
      },
    });
    note(state, 'smc-batch', `${name} failed: it depends on ${why}`, now);
  }
}

function failedDependency({ index }: Batch, name: string): string | undefined {
  return index
    .planOf(name)
    .dependsOn?.find((other) => isEnded(index.phaseOf(other)) && !hasBeenMigrated(index, other));
}
