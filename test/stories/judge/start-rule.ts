import { startTimeOf } from '../../../src/plan/plan';
import type { Decision } from '../../../workflows/batch/decide';
import { isOpen } from '../../../workflows/batch/gates/time-window';
import { hasWorkflow, isEnded, type ServerRecord } from '../../../workflows/batch/servers/server-record';
import type { Batch } from '../../../workflows/batch/state';
import type { Slots } from '../../../workflows/contract/slots';
import type { BatchHost } from '../batch/batch-host';
import { must } from './violation';

/** What a batch was like before it decided. */
export interface Before {
  records: Map<string, ServerRecord>;
  cap: Slots;
}

export function beforeDecision({ state, index }: Batch): Before {
  const records = new Map<string, ServerRecord>();
  for (const { name } of state.plan.servers) {
    const record = index.record(name);
    if (record.phase === 'waiting' || record.phase === 'queued') records.set(name, record);
  }
  const { lease, held } = state.holding;
  const { maxConcurrent } = state.plan.policy;
  return {
    records,
    cap: {
      existing: Math.min(lease.existing, held.existing),
      running: Math.min(lease.running, held.running, maxConcurrent),
    },
  };
}

/** Nothing starts without a slot, nor at a closed gate, as the plan and the operators have it. */
export function judgeStarts(host: BatchHost, before: Before, decision: Decision, now: number): void {
  const { state, index } = host.batch;
  let takesRunning = 0;
  let takesExisting = 0;
  for (const [name, was] of before.records) {
    if (index.phaseOf(name) !== 'migrating') continue;
    if (was.phase === 'waiting') {
      must(
        decision.wishes.some((one) => one.kind === 'start' && one.server === name),
        'a start is a wish',
        () => `${name} is under way, and its workflow is not started`,
      );
      must(
        was.lookUp === undefined && !state.planChange?.touched.has(name),
        'gates hold',
        () => `${name} starts before it was looked up`,
      );
      if (was.jobRuns) continue;
      judgeGates(host, name, was, now);
    } else judgeRestart(host, name, was, now);
    takesRunning++;
    if (!('jobId' in was) || was.jobId === undefined) takesExisting++;
  }
  const { inUse } = index;
  must(
    takesRunning === 0 || inUse.running <= before.cap.running,
    'starts only with a slot',
    () => `${takesRunning} started, ${inUse.running} run, ${before.cap.running} may`,
  );
  must(
    takesExisting === 0 || inUse.existing <= before.cap.existing,
    'starts only with a slot',
    () => `${takesExisting} started, ${inUse.existing} jobs, ${before.cap.existing} may exist`,
  );
}

function judgeGates(
  { batch: { state, index }, said }: BatchHost,
  name: string,
  was: ServerRecord,
  now: number,
): void {
  const { plan, gates } = state;
  const closed = (holds: boolean, what: string) =>
    must(!holds, 'gates hold', () => `${name} starts though ${what}`);
  const server = plan.servers.find((one) => one.name === name)!;
  const nth = plan.waves.findIndex((wave) => wave.name === server.wave);
  const wave = plan.waves[nth]!;
  const phasesOf = (fits: (one: (typeof plan.servers)[number]) => boolean) =>
    plan.servers.filter(fits).map((one) => index.phaseOf(one.name));
  closed(gates.paused.batch || said.paused.batch, 'the batch is paused');
  closed(gates.paused.waves.includes(wave.name) || said.paused.waves.has(wave.name), 'its wave is paused');
  closed(gates.paused.servers.includes(name) || said.paused.servers.has(name), 'it is paused');
  closed(wave.after === 'approval' && !said.approved.has(wave.name), 'its wave is not approved');
  closed(!isOpen(wave.window, plan.policy.lockoutDates, now), 'the window of its wave is closed');
  closed(isStopped({ state, index }), 'too many have failed');
  for (const [i, other] of plan.waves.slice(0, nth).entries()) {
    const phases = phasesOf((one) => one.wave === other.name);
    const overlaps = wave.overlap && i === nth - 1;
    const isDone = phases.every((phase) =>
      overlaps ? phase !== 'waiting' : isEnded(phase) || phase === 'synced',
    );
    closed(!isDone, `${other.name} comes first`);
  }
  for (const other of server.dependsOn ?? [])
    closed(!['migrated', 'skipped', 'synced'].includes(index.phaseOf(other)), `it depends on ${other}`);
  const group = plan.servers.filter((one) => server.exclusive && one.exclusive === server.exclusive);
  const holders = group.filter((one) => {
    const record = index.record(one.name);
    return hasWorkflow(record) && record.phase !== 'synced';
  });
  closed(holders.length > 1, `its group is held by ${holders.map((one) => one.name)}`);
  closed((startTimeOf(server.job) ?? 0) > now, 'its time has not come');
  closed(was.phase === 'waiting' && (was.notBefore ?? 0) > now, 'its last workflow is closing');
}

function judgeRestart(
  { batch: { state, index }, said }: BatchHost,
  name: string,
  was: ServerRecord,
  now: number,
): void {
  const { plan, gates } = state;
  const closed = (holds: boolean, what: string) =>
    must(!holds, 'gates hold at a restart', () => `${name} starts again though ${what}`);
  const wave = plan.waves.find(
    (one) => one.name === plan.servers.find((server) => server.name === name)!.wave,
  )!;
  closed(gates.paused.batch || said.paused.batch, 'the batch is paused');
  closed(gates.paused.waves.includes(wave.name) || said.paused.waves.has(wave.name), 'its wave is paused');
  closed(gates.paused.servers.includes(name) || said.paused.servers.has(name), 'it is paused');
  if (was.phase === 'queued' && was.isCutOver) return;
  closed(!isOpen(wave.window, plan.policy.lockoutDates, now), 'the window of its wave is closed');
  closed(isStopped({ state, index }), 'too many have failed');
}

/** Counted from the records. */
function isStopped({ state, index }: Pick<Batch, 'state' | 'index'>): boolean {
  const { plan, gates } = state;
  const failing = plan.servers.filter(({ name }) => {
    const record = index.record(name);
    return (record.phase === 'failed' || record.phase === 'finishing') && record.error !== undefined;
  });
  for (const { name, failureThreshold } of plan.waves) {
    if (!failureThreshold || gates.acceptedWaves.includes(name)) continue;
    const total = plan.servers.filter(({ wave }) => wave === name).length;
    const most = 'count' in failureThreshold ? failureThreshold.count : failureThreshold.share * total;
    if (failing.filter(({ wave }) => wave === name).length > most) return true;
  }
  const { stopAfterSameError } = plan.policy;
  if (stopAfterSameError === undefined) return false;
  const codes = new Map<string, number>();
  for (const { name } of failing) {
    const record = index.record(name);
    if (record.phase === 'failed' && record.isConsequence) continue;
    const code = 'error' in record ? record.error!.code : '';
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  return [...codes].some(
    ([code, count]) => count >= stopAfterSameError && !gates.acceptedCodes.includes(code),
  );
}
