import { Context } from '@temporalio/activity';
import type { SmcClient } from '../../src/smc';
import type { ReplicationJobPoller } from '../jobs/replication-job-poller';

/** Where events are sent (`SMC_WEBHOOK_URL`) and in whose words (`SMC_WEBHOOK_FORMAT`). */
export interface Webhook {
  url: string;
  format: 'json' | 'dingtalk' | 'slack';
}

/** What the activities of one worker process share. */
export interface ActivityContext {
  smc: SmcClient;
  /** Seconds between two looks at the running jobs (`SMC_POLL_INTERVAL`). */
  pollIntervalSeconds: number;
  poller: ReplicationJobPoller;
  /** Where operators are told of what happens. */
  webhook?: Webhook;
}

const beatMs = 4_000;

/**
 * Heartbeats while `work` runs, so that Temporal notices a dead worker in seconds and not at the activity's timeout.
 * `details` is asked at each beat: what the operator sees in the Temporal UI.
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
