import { CancellationScope, sleep } from '@temporalio/workflow';
import { smcFailureOf } from '../contract/failure';
import { type BatchRun, isLookedUpFirst, note, sourceOf } from './run';
import { hasWorkflow } from './server-record';
import { lookUp, noteTwins, takeFindings } from './survey';

/** What a look at the account may have changed since. */
const codesOfLooks: ReadonlySet<string> = new Set([
  'SourceServer.NotFound',
  'SourceServer.Ambiguous',
  'SourceServer.Replaced',
  'ServerUnderWay',
]);

/** So long after a look that failed the account is asked again. */
const againMs = 60_000;

/**
 * Puts a server back into the queue. Its source is looked up first where that is what it failed for, or where the plan
 * names another one by now. By its name an operator agrees to a source that has taken the place of a migrated one.
 */
export function retryServer(run: BatchRun, name: string, { isNamed }: { isNamed: boolean }): void {
  const { state, servers } = run;
  const record = state.records[name];
  const sourceId = sourceOf(state, servers.server(name));
  const code = record?.phase === 'failed' ? record.error.code : '';
  if (sourceId === undefined || record?.sourceId !== sourceId || codesOfLooks.has(code)) {
    const isAgreed = isNamed && code === 'SourceServer.Replaced' && record?.sourceId !== undefined;
    state.lookUps[name] = isAgreed ? { confirmed: record.sourceId } : {};
  }
  servers.waitAgain(name);
}

/** A server that was migrated from another source: not without its name. */
export const needsName = ({ state }: BatchRun, name: string) => {
  const record = state.records[name];
  return record?.phase === 'failed' && record.error.code === 'SourceServer.Replaced';
};

/** Looks up the servers that are not to start before; they wait meanwhile, and are judged as at the batch's begin. */
export function lookUpAgain(run: BatchRun): void {
  const { state } = run;
  if (run.isLookingUp || run.changing || Object.keys(state.lookUps).length === 0) return;
  run.isLookingUp = true;
  void lookUpWaiting(run).finally(() => {
    run.isLookingUp = false;
    run.changed = true;
  });
}

async function lookUpWaiting(run: BatchRun): Promise<void> {
  const { state, plan } = run;
  const isWaiting = (name: string) => run.servers.has(name) && run.servers.phaseOf(name) === 'waiting';
  for (const name of Object.keys(state.lookUps)) if (!isWaiting(name)) delete state.lookUps[name];
  const asked = plan.servers.filter(({ name }) => name in state.lookUps);
  if (asked.length === 0) return;
  try {
    const findings = await CancellationScope.nonCancellable(() => lookUp(plan, asked));
    run.lookUpTrouble = undefined;
    // The plan may name other sources by now, and a changed plan is looking servers up itself.
    if (run.plan !== plan || run.changing) return;
    noteTwins(run, plan, findings.surveyed);
    takeFindings(run, plan, findings);
    for (const { name } of asked) delete state.lookUps[name];
  } catch (error) {
    const { code, message, remedy } = smcFailureOf(error);
    if (run.lookUpTrouble !== code)
      note(state, 'smc-batch', `servers that wait could not be looked up: ${message}. ${remedy}`);
    run.lookUpTrouble = code;
    await sleep(againMs, { summary: 'until servers are looked up again' });
  }
}

/** Who looks after the server will be known in a moment: its reports are kept until then. */
export function isBeingLookedUp(run: BatchRun, name: string): boolean {
  if (hasWorkflow(run.state.records[name])) return false;
  const isNew = run.changing !== undefined && !run.servers.has(name);
  return run.status === 'surveying' || isNew || Boolean(isLookedUpFirst(run, name));
}
