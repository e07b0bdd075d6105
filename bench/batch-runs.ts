/** What the histories of a batch tell of its hand-overs: what it was told and when, its tasks, and each new run. */
import type { Client } from '@temporalio/client';
import { batchWorkflowId } from '../workflows/contract/ids';

/** A run that went on in a new one (Continue-As-New). Times in milliseconds since the epoch. */
export interface RunChange {
  /** When the old run had decided last, and the new one first. */
  lastAt: number;
  firstAt: number;
  /** Closing tasks that Temporal has refused, because something had come meanwhile. */
  refused: number;
}

export interface BatchRuns {
  /** When the batch was told that a server's job no longer runs. */
  told: Map<string, number>;
  /** When its tasks began, in order. */
  tasks: number[];
  changes: RunChange[];
  /** The number of events by type, over all runs. */
  events: Map<string, number>;
}

type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

/** Reads the histories of all runs of a batch. */
export async function batchRuns(client: Client, batch: string): Promise<BatchRuns> {
  const workflowId = batchWorkflowId(batch);
  const runs: BatchRuns = { told: new Map(), tasks: [], changes: [], events: new Map() };
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  for (let runId = raw.workflowExecutionInfo?.firstRunId; runId; ) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = addRun(runs, events ?? []);
  }
  return runs;
}

/** Adds the history of a run; gives the id of the next one. */
function addRun(runs: BatchRuns, events: readonly HistoryEvent[]): string | undefined {
  const decided = events.filter((event) => event.workflowTaskCompletedEventAttributes).map(timeOf);
  const last = runs.changes.at(-1);
  if (last) last.firstAt = decided[0] ?? Number.NaN;
  for (const event of events) {
    const type = typeOf(event);
    runs.events.set(type, (runs.events.get(type) ?? 0) + 1);
    if (event.workflowTaskStartedEventAttributes) runs.tasks.push(timeOf(event));
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal?.signalName !== 'serverReported') continue;
    const { kind, server } = JSON.parse(Buffer.from(signal.input!.payloads![0]!.data!).toString());
    if (kind === 'stoppedRunning') runs.told.set(server, timeOf(event));
  }
  const next = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  if (!next) return undefined;
  // The last task closes the run: the one before it has decided.
  const refused = events.filter((event) => event.workflowTaskFailedEventAttributes).length;
  runs.changes.push({ lastAt: decided.at(-2) ?? Number.NaN, firstAt: Number.NaN, refused });
  return next;
}

const timeOf = ({ eventTime }: HistoryEvent) =>
  Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;

/** The type of an event, by its attributes: `workflowTaskStarted`. */
const typeOf = (event: HistoryEvent) =>
  (Object.keys(event).find((key) => key.endsWith('EventAttributes')) ?? '').slice(
    0,
    -'EventAttributes'.length,
  );
