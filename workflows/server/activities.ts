import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

// The timeouts of all activities that call the SMC API. All of them send heartbeats, so that a dead worker is noticed in
// seconds. They are retried without end: the activities themselves decide which errors are final, how long a throttled or
// transient one waits, and when to stop. Time in which the account refuses calls, or no worker is accepted, must not count: so
// there is no scheduleToClose. The Temporal UI shows `summary` beside the activity's name.
const heartbeatTimeout = '20s';

/** Activities of one or two API calls. */
export const smcCalls = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '2m',
    summary,
  });

/** The wait for a source that is offline. After seven days its server fails, so that the batch can end. */
export const sourceWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    scheduleToCloseTimeout: '7d',
    summary,
  });

/** Waits for a change in the account: a job can be stopped, or is gone. */
export const smcWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    summary,
  });

/** The wait between the syncs of an incremental job: a few heartbeats are enough. */
export const syncWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout: '15m',
    startToCloseTimeout: '90d',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });

/** The wait for the end of a job run, at most for the rest of the plan's jobTimeout. */
export const jobWaits = (timeoutMs: number, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
