import { Context } from '@temporalio/activity';
import type { SmcClient } from '../../src/smc';
import type { Webhook } from '../../src/webhook';
import type { ReplicationJobPoller } from '../jobs/replication-job-poller';

/** The objects that all activities of a worker process share. */
export interface ActivityContext {
  smc: SmcClient;
  /** Seconds between two polls of the running jobs (`SMC_POLL_INTERVAL`). */
  pollIntervalSeconds: number;
  poller: ReplicationJobPoller;
  /** Whether calls must go through the task queue now, because their rate is limited there. */
  mustQueueCalls?: () => boolean;
  /** The webhook that gets the events of batches. */
  webhook?: Webhook;
}

/** Of a timeout: Temporal hears of an activity so often, and the rest is for a slow network or a busy machine. */
const beatShare = 0.6;
const usualTimeoutMs = 20_000;

/**
 * Sends heartbeats while `work` runs, so that Temporal notices a dead worker before the activity's timeout. Each one is a write at
 * Temporal, so there are only as many as its heartbeat timeout needs; `work` may send one itself when there is something
 * new to show. `details` is called for each heartbeat; the Temporal UI shows what it gives.
 */
export async function withHeartbeat<T>(
  details: () => unknown,
  work: (beat: () => void) => Promise<T>,
): Promise<T> {
  const activity = Context.current();
  const { isLocal, heartbeatTimeoutMs } = activity.info;
  // A local activity has no heartbeats.
  if (isLocal) return work(() => undefined);
  const beat = () => {
    activity.heartbeat(details());
    timer.refresh();
  };
  const timer = setInterval(beat, beatShare * (heartbeatTimeoutMs || usualTimeoutMs));
  try {
    return await work(beat);
  } finally {
    clearInterval(timer);
  }
}
