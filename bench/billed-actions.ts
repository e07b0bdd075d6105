/** What Temporal keeps of a workflow, and what Temporal Cloud would bill for it. https://docs.temporal.io/evaluate/cloud/actions */
import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

/** The events of histories by type: `WorkflowTaskStarted`, with the most frequent first. */
export function eventsByType(histories: readonly (readonly Event[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of histories.flat()) counts.set(typeOf(event), (counts.get(typeOf(event)) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/**
 * The billed actions of one history by kind, without the heartbeats, which no history shows. A signal counts where it is received;
 * so does the start of a child, beside its parent's intent to start it.
 */
export function billedActions(history: readonly Event[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (kind: string, times = 1) => counts.set(kind, (counts.get(kind) ?? 0) + times);
  const tasksWithLocalActivities = new Set<string>();
  for (const event of history) {
    const kind = billedOnce[typeOf(event)];
    if (kind) add(kind);
    // An attempt that is retried leaves no event of its own.
    const attempt = event.activityTaskStartedEventAttributes?.attempt;
    if (attempt) add('activity', attempt);
    const marker = event.markerRecordedEventAttributes;
    // All local activities of a workflow task are one action.
    if (marker?.markerName === 'core_local_activity')
      tasksWithLocalActivities.add(String(marker.workflowTaskCompletedEventId));
  }
  if (tasksWithLocalActivities.size > 0) add('local activities', tasksWithLocalActivities.size);
  return counts;
}

const billedOnce: Record<string, string> = {
  WorkflowExecutionStarted: 'workflow',
  StartChildWorkflowExecutionInitiated: 'child',
  TimerStarted: 'timer',
  UpsertWorkflowSearchAttributes: 'search attributes',
  WorkflowExecutionSignaled: 'signal',
  WorkflowExecutionUpdateAccepted: 'update',
};

/** The event's type by the field that it has: the numbers of types are the server's. */
export const typeOf = (event: Event): string => {
  const field = Object.entries(event).find(([name, value]) => name.endsWith('EventAttributes') && value);
  const name = (field?.[0] ?? 'unknown').replace(/EventAttributes$/, '');
  return name.charAt(0).toUpperCase() + name.slice(1);
};
