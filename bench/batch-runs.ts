/** What the history of a batch tells of its hand-overs: reports, decisions, starts, and each new run. */
import type { Client } from '@temporalio/client';
import { batchWorkflowId, serverWorkflowId } from '../workflows/contract/ids';

/** A run that went on in a new one (Continue-As-New). Times in milliseconds since the epoch. */
export interface RunChange {
  /** The last decision of the old run, and the first one of the new run. */
  lastAt: number;
  firstAt: number;
  /** Closing tasks that Temporal has refused because of news. */
  refused: number;
}

export interface BatchRuns {
  /** When the batch was told that a server's job no longer runs, and when it had decided over that. */
  told: Map<string, { at: number; decidedAt: number }>;
  /** When the batch had decided to start a server, and when its workflow ran. */
  starts: Map<string, { decidedAt: number; startedAt: number }>;
  changes: RunChange[];
  /** The number of events by type, over all runs. */
  events: Map<string, number>;
}

/** Reads the histories of all runs of a batch. */
export async function batchRuns(client: Client, batch: string): Promise<BatchRuns> {
  const workflowId = batchWorkflowId(batch);
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const runs: BatchRuns = { told: new Map(), starts: new Map(), changes: [], events: new Map() };
  const serverOf = (id: string | null | undefined) => (id ?? '').slice(serverWorkflowId(batch, '').length);
  let lastAt: number | undefined;
  let runId = raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const undecided: { at: number; decidedAt: number }[] = [];
    let refused = 0;
    let hasDecided = false;
    let isTaken = 0;
    let next: string | undefined;
    let decidedAt = 0;
    for (const event of events ?? []) {
      const at = msOf(event.eventTime);
      const type = nameOf(event);
      runs.events.set(type, (runs.events.get(type) ?? 0) + 1);
      if (event.workflowTaskStartedEventAttributes) isTaken = undecided.length;
      if (event.workflowTaskFailedEventAttributes) refused++;
      if (event.workflowTaskCompletedEventAttributes) {
        decidedAt = at;
        for (const one of undecided.splice(0, isTaken)) one.decidedAt = at;
        if (!hasDecided && lastAt !== undefined) runs.changes.at(-1)!.firstAt = at;
        hasDecided = true;
      }
      const signal = event.workflowExecutionSignaledEventAttributes;
      if (signal?.signalName === 'serverReported') {
        const { kind, server } = JSON.parse(Buffer.from(signal.input!.payloads![0]!.data!).toString());
        if (kind === 'stoppedRunning') {
          const told = { at, decidedAt: Number.NaN };
          runs.told.set(server, told);
          undecided.push(told);
        }
      }
      const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
      if (initiated) {
        const server = serverOf(initiated.workflowId);
        if (!runs.starts.has(server)) runs.starts.set(server, { decidedAt, startedAt: Number.NaN });
      }
      const started = event.childWorkflowExecutionStartedEventAttributes;
      if (started) {
        const known = runs.starts.get(serverOf(started.workflowExecution?.workflowId));
        if (known) known.startedAt = at;
      }
      next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
      if (!next && !event.workflowTaskCompletedEventAttributes) continue;
      if (!next) lastAt = at;
      // The last completed task is the one that closes the run: the one before it has decided last.
      else runs.changes.push({ lastAt: lastDecision(events ?? []), firstAt: Number.NaN, refused });
    }
    runId = next;
  }
  return runs;
}

/** When the last task before the closing one was completed. */
function lastDecision(events: readonly HistoryEvent[]): number {
  const completed = events.filter(
    ({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes,
  );
  return msOf(completed.at(-2)?.eventTime);
}

type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

const msOf = (time: HistoryEvent['eventTime']) =>
  Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;

/** The event's type, by its attributes: `workflowTaskStarted`. */
const nameOf = (event: HistoryEvent) => {
  const [attributes = ''] = Object.keys(event).filter((key) => key.endsWith('EventAttributes'));
  return attributes.slice(0, -'EventAttributes'.length);
};
