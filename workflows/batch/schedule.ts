import { heldByAccount, noteTry } from './account-trouble';
import { grantSlot, startServer } from './children';
import { hasBeenMigrated, serverGate, waveGate } from './gates';
import { holdDueSyncs, quotaInForce, slotsToUse } from './quota';
import { type BatchRun, isLookedUpFirst, note, sourceOf, wakeAt } from './run';
import { isEnded, isWaitingWithJob } from './server-record';
import { restartGatesOf } from './waiting-reason';

/**
 * Hands free slots out: first to servers that wait for one once more, then, wave after wave and longest first, to
 * those whose gates are open. What a gate, an operator or another server holds back does not count as startable.
 */
export function startServers(run: BatchRun): void {
  const { servers, state, plan } = run;
  const now = Date.now();
  run.startable = 0;
  run.startableWithJob = 0;
  holdDueSyncs(run, now);
  const cap = slotsToUse(run, now);
  takeUpRunning(run);
  const mostStarts = startsByAccount(run, now);
  let mayStart = mostStarts;
  mayStart -= grantQueued(run, cap, mayStart, now);

  const { inUse } = servers;
  const lacksRoom = (name: string) =>
    inUse.existing >= cap.existing && !isWaitingWithJob(state.records[name]);
  const isFull = () =>
    mayStart <= 0 ||
    inUse.running >= cap.running ||
    (inUse.existing >= cap.existing && servers.waitingWithJob === 0);
  for (const [i, wave] of servers.waves.entries()) {
    if (wave.waiting.length === 0) continue;
    const closed = waveGate(plan, servers, state.gates, i, now);
    if (closed) {
      if (closed.until !== undefined) wakeAt(run, closed.until);
      continue;
    }
    // The usual case under load: the list is as long as the plan and need not be copied at every report.
    if (isFull()) {
      countStartable(run, wave.waiting, now);
      continue;
    }
    const still: string[] = [];
    for (const [nth, name] of wave.waiting.entries()) {
      if (isFull()) {
        still.push(...wave.waiting.slice(nth));
        break;
      }
      if (servers.phaseOf(name) !== 'waiting') continue;
      if (
        lacksRoom(name) ||
        awaitsSource(run, name) ||
        // Its last workflow has told its end, and is about to close.
        run.watched.has(name) ||
        failedDependency(run, name) ||
        serverGate(servers, state.gates, name, now)
      )
        still.push(name);
      else {
        startServer(run, name);
        mayStart--;
      }
    }
    wave.waiting = still;
    countStartable(run, still, now);
  }
  if (state.account.error && mayStart < mostStarts) noteTry(state.account);
  failHopeless(run);
}

/** How many may start: as long as the account refuses calls one now and then, which finds out whether it still does. */
function startsByAccount(run: BatchRun, now: number): number {
  const { account } = run.state;
  if (!account.error) return Number.POSITIVE_INFINITY;
  const { migrating, recovering, finishing } = run.servers.counts;
  const until = heldByAccount(account, migrating + recovering + finishing > 0, now);
  if (until === undefined) return 1;
  wakeAt(run, until);
  return 0;
}

/** What runs since an earlier life of the batch is watched, whatever the gates say: it holds a slot until its end is seen. */
function takeUpRunning(run: BatchRun): void {
  const { servers } = run;
  if (servers.runningUnwatched.size === 0) return;
  for (const name of servers.runningUnwatched)
    if (!awaitsSource(run, name) && !run.watched.has(name)) startServer(run, name);
  servers.sortWaiting();
}

/** It is looked up first, also where that was not known to be needed. */
function awaitsSource(run: BatchRun, name: string): boolean {
  if (isLookedUpFirst(run, name)) return true;
  if (sourceOf(run.state, run.servers.server(name)) !== undefined) return false;
  run.state.lookUps[name] = {};
  run.changed = true;
  return true;
}

/** How many of them could start at once, were there slots; of an exclusive group only one. */
function countStartable(run: BatchRun, names: string[], now: number): void {
  const { servers, state } = run;
  const mostJobs = quotaInForce(run).jobs;
  const withJob = (some: string[]) =>
    servers.waitingWithJob === 0 ? 0 : some.filter((name) => isWaitingWithJob(state.records[name])).length;
  const mayBeHeldBack =
    servers.haveDependencies ||
    servers.haveGroups ||
    servers.haveStartTimes ||
    state.gates.paused.servers.length > 0 ||
    Object.keys(state.lookUps).length > 0;
  if (!mayBeHeldBack) {
    run.startable += names.length;
    run.startableWithJob += withJob(names);
    return;
  }
  const groups = new Set<string>();
  const startable: string[] = [];
  for (const name of names) {
    // More cannot be had, however many there are.
    if (startable.length >= mostJobs) break;
    if (servers.phaseOf(name) !== 'waiting' || isLookedUpFirst(run, name)) continue;
    const gate = serverGate(servers, state.gates, name, now);
    if (gate?.until !== undefined) wakeAt(run, gate.until);
    if (gate) continue;
    const { exclusive } = servers.server(name);
    if (exclusive && groups.has(exclusive)) continue;
    if (exclusive) groups.add(exclusive);
    startable.push(name);
  }
  run.startable += startable.length;
  run.startableWithJob += withJob(startable);
}

function grantQueued(
  run: BatchRun,
  cap: { existing: number; running: number },
  mayStart: number,
  now: number,
): number {
  const { servers, state } = run;
  let heldBack = 0;
  let granted = 0;
  const gateOf = restartGatesOf(run, now);
  for (const name of servers.queued) {
    const record = state.records[name];
    if (record?.phase !== 'queued') continue;
    const closed = gateOf(name);
    if (closed) {
      if (closed.until !== undefined) wakeAt(run, closed.until);
      heldBack++;
      continue;
    }
    if (granted >= mayStart || servers.inUse.running >= cap.running) continue;
    if (!record.jobId && servers.inUse.existing >= cap.existing) continue;
    grantSlot(run, name, record);
    granted++;
  }
  run.startableAgain = servers.queued.size - heldBack;
  return granted;
}

/** A server whose dependency has ended without an image will never start: it fails at once, so that the batch can end. */
function failHopeless(run: BatchRun): void {
  if (!run.servers.haveDependencies) return;
  for (const wave of run.servers.waves) {
    for (const name of wave.waiting) {
      const dependency = failedDependency(run, name);
      if (!dependency || run.servers.phaseOf(name) !== 'waiting') continue;
      const { round = 0 } = run.state.records[name] ?? {};
      run.servers.set(name, {
        round,
        phase: 'failed',
        endedAt: Date.now(),
        isConsequence: true,
        error: {
          code: 'DependencyFailed',
          message: `it depends on ${dependency}, which is ${run.servers.phaseOf(dependency)}`,
          remedy: `Retry ${dependency} and ${name} together.`,
        },
      });
      note(
        run.state,
        'smc-batch',
        `${name} failed: its dependency ${dependency} is ${run.servers.phaseOf(dependency)}`,
      );
      run.changed = true;
    }
  }
}

function failedDependency({ servers }: BatchRun, name: string): string | undefined {
  return servers
    .server(name)
    .dependsOn?.find((other) => isEnded(servers.phaseOf(other)) && !hasBeenMigrated(servers, other));
}
