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
  /** The webhook that gets the events of batches. */
  webhook?: Webhook;
}

const beatMs = 4_000;

/**
 * Sends heartbeats while `work` runs, so that Temporal notices a dead worker in seconds, before the activity's timeout.
 * `details` is called for each heartbeat; the Temporal UI shows what it gives.
 */
export async function withHeartbeat<T>(details: () => unknown, work: () => Promise<T>): Promise<T> {
  const activity = Context.current();
  const beat = setInterval(() => activity.heartbeat(details()), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
