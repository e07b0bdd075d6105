import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { serverWorkflowId } from '../contract/ids';
import { cutOverRequested, slotGranted } from '../contract/server-messages';
import { type BatchRun, wakeAt } from './run';
import { isEnded } from './server-record';
import { dueWishes, noteHeard, noteSending, type Wish, type WishKind, withWish } from './wishes';

/** Asks for something of a server's workflow, now and until it has been heard. */
export function wish(run: BatchRun, server: string, kind: WishKind): void {
  run.state.wishes = withWish(run.state.wishes, server, kind, Date.now());
  run.changed = true;
}

/** Forgets what a server was to be told: a newer order replaces it. */
export function withdrawWishes({ state }: BatchRun, server: string): void {
  state.wishes = state.wishes.filter((one) => one.server !== server);
}

/** A server whose workflow could not be started waits again, unless an operator has cancelled it meanwhile. */
export function waitAgainUnlessCancelled(run: BatchRun, name: string, roundEndedAt?: number): void {
  run.servers.waitAgain(name, roundEndedAt);
  if (!run.state.wishes.some(({ server, kind }) => server === name && kind === 'cancel')) return;
  withdrawWishes(run, name);
  run.servers.endByOrder(name, { phase: 'cancelled' }, Date.now());
}

/** Nothing more starts; what runs is stopped and cleaned up. */
export function cancelServers(run: BatchRun): void {
  const { plan, state, servers } = run;
  run.startable = 0;
  const asked = new Set(state.wishes.flatMap(({ server, kind }) => (kind === 'cancel' ? [server] : [])));
  for (const { name } of plan.servers) {
    const phase = servers.phaseOf(name);
    if (phase === 'waiting') servers.endByOrder(name, { phase: 'cancelled' }, Date.now());
    else if (!isEnded(phase) && !asked.has(name)) wish(run, name, 'cancel');
  }
}

/** Sends what servers have not heard yet. */
export function sendWishes(run: BatchRun): void {
  const { state, starting, sending } = run;
  if (state.wishes.length === 0) return;
  const now = Date.now();
  const { standing, due, nextAt } = dueWishes(
    state.wishes,
    state.records,
    { starting, inFlight: sending },
    now,
  );
  state.wishes = standing;
  for (const one of due) {
    noteSending(one, now);
    sending.add(one);
    send(run, one)
      .then(() => {
        state.wishes = noteHeard(state.wishes, one, Date.now());
      })
      // Its workflow is not there: its end is on its way to us, or is asked for.
      .catch(() => undefined)
      .finally(() => {
        sending.delete(one);
        run.changed = true;
      });
  }
  if (nextAt !== undefined) wakeAt(run, nextAt);
}

function send({ plan, state }: BatchRun, { server, kind }: Wish): Promise<void> {
  const { runId, round, granted = 0 } = state.records[server]!;
  // Never the workflow of another round. One of an earlier life of the batch (round 0) is known by its name alone.
  const workflow = getExternalWorkflowHandle(serverWorkflowId(plan.name, server), runId);
  switch (kind) {
    case 'cancel':
      return workflow.cancel();
    case 'cutOver':
      return workflow.signal(cutOverRequested);
    case 'grant':
      return workflow.signal(slotGranted, {
        need: granted,
        round: round || undefined,
        tells: state.hold !== undefined,
      });
  }
}
