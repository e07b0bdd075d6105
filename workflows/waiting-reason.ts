import { accountReason } from './account-trouble';
import type { BatchRun } from './batch-run';
import { type Closed, restartGates, serverGate, waveGate } from './gates';
import type { Slots } from './messages';

/** Why a server whose gates are open does not start, with a job or without one; undefined when there are slots for it. */
export function slotReason(
  {
    plan,
    servers: { inUse, strays, leftovers, waitingWithJob },
    state: { holding, account },
    holdUntil,
  }: BatchRun,
  cap: Slots,
  now: number,
  needsJob = true,
): string | undefined {
  const refused = accountReason(account);
  if (refused) return refused;
  if (now < holdUntil) return 'the account has refused a job for its quota; its jobs are being counted again';
  if (!holding.told || holding.lease.seq === 0) return "the account's quota has not answered yet";
  if (cap.running === 0 || cap.existing === 0)
    return "the account's quota is used up by other batches or other tools";
  if (inUse.running >= cap.running) {
    const held = strays.running > 0 ? `, ${strays.running} of them by jobs of no server of its plan` : '';
    return `all ${cap.running} running slots of this batch are in use${held}`;
  }
  if (!needsJob || inUse.existing < cap.existing) return undefined;
  const left = leftovers + strays.existing + waitingWithJob;
  const room = left > 0 ? `, ${left} of them left behind: smc-batch cleanup ${plan.name}` : '';
  return inUse.existing === cap.existing
    ? `all ${cap.existing} jobs this batch may have exist${room}`
    : `${inUse.existing} jobs of this batch exist${room}; it may have ${cap.existing}`;
}

/** What holds jobs back that could be started again, by their server. */
export const restartGatesOf = (
  { servers, state, plan }: BatchRun,
  now: number,
): ((server: string) => Closed | undefined) => restartGates(plan, servers, state.gates, now);

/** What holds back the first job that could be started again. */
export function heldBackAgain(run: BatchRun, now: number): string | undefined {
  const gateOf = restartGatesOf(run, now);
  for (const name of run.servers.queued) {
    const gate = gateOf(name);
    if (gate) return `${name}: ${gate.reason}`;
  }
  return undefined;
}

/** Slots are free and waves open: what holds back the first server that waits. */
export function heldBack(run: BatchRun, now: number): string | undefined {
  const { servers, state, plan } = run;
  const again = heldBackAgain(run, now);
  if (again) return again;
  for (const [i, { waiting }] of servers.waves.entries()) {
    if (waveGate(plan, servers, state.gates, i, now)) continue;
    for (const name of waiting) {
      const held = servers.phaseOf(name) === 'waiting' ? serverGate(servers, state.gates, name) : undefined;
      if (held) return `${name}: ${held}`;
    }
  }
  return undefined;
}
