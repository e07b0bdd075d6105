import { sleep } from '@temporalio/workflow';
import { heldByAccount, noteTry } from './account-trouble';
import { grantSlot, startServer } from './batch-children';
import { type BatchRun, note } from './batch-run';
import { hasBeenMigrated, serverGate, waveGate } from './gates';
import { usableSlots } from './lease';
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
  const cap = usableSlots(state.holding, plan.policy.maxConcurrent);
  const isHeld = now < run.holdUntil;
  if (isHeld) wakeAt(run, run.holdUntil);
  takeUpRunning(run);
  const mostStarts = startsByAccount(run, now);
  let mayStart = mostStarts;
  mayStart -= grantQueued(run, cap, isHeld, mayStart, now);

  const { inUse } = servers;
  const lacksRoom = (name: string) =>
    inUse.existing >= cap.existing && !isWaitingWithJob(state.records[name]);
  const isFull = () =>
    isHeld ||
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
      countStartable(run, wave.waiting);
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
        run.changing?.has(name) ||
        failedDependency(run, name) ||
        serverGate(servers, state.gates, name)
      )
        still.push(name);
      else {
        startServer(run, name);
        mayStart--;
      }
    }
    wave.waiting = still;
    countStartable(run, still);
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
  for (const name of servers.runningUnwatched) startServer(run, name);
  servers.sortWaiting();
}

/** How many of them could start at once, were there slots; of an exclusive group only one. */
function countStartable(run: BatchRun, names: string[]): void {
  const { servers, state, plan } = run;
  const withJob = (some: string[]) =>
    servers.waitingWithJob === 0 ? 0 : some.filter((name) => isWaitingWithJob(state.records[name])).length;
  const mayBeHeldBack =
    servers.haveDependencies || servers.haveGroups || state.gates.paused.servers.length > 0;
  if (!mayBeHeldBack) {
    run.startable += names.length;
    run.startableWithJob += withJob(names);
    return;
  }
  const groups = new Set<string>();
  const startable: string[] = [];
  for (const name of names) {
    // More cannot be had, however many there are.
    if (startable.length >= plan.account.quota.jobs) break;
    if (servers.phaseOf(name) !== 'waiting' || serverGate(servers, state.gates, name)) continue;
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
  isHeld: boolean,
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
    if (isHeld || granted >= mayStart || servers.inUse.running >= cap.running) continue;
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

/** One timer at a time: an earlier one finds out by itself that there is more to wait for. */
export function wakeAt(run: BatchRun, at: number): void {
  if (run.wakeAt !== undefined && run.wakeAt <= at) return;
  run.wakeAt = at;
  void sleep(Math.max(1, at - Date.now()), { summary: `until ${new Date(at).toISOString()}` }).then(() => {
    if (run.wakeAt === at) run.wakeAt = undefined;
    run.changed = true;
  });
}
