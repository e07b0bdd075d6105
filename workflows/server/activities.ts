import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

// The timeouts of every activity that touches the SMC API. All heartbeat, so that a dead worker is noticed in seconds,
// and retry without end: the activities themselves say which errors are final, how long a throttled or transient one
// waits, and when it is given up. Time in which the account refuses, or no worker is let in, must not count: so there is
// no scheduleToClose. `summary` is what the Temporal UI shows beside the activity's name.
const heartbeatTimeout = '20s';

/** One API call, or two. */
export const smcCalls = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '2m',
    summary,
  });

/** Waits for a source whose client is away. After seven days its server has failed, so that its batch can end. */
export const sourceWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    scheduleToCloseTimeout: '7d',
    summary,
  });

/** Wait until something happens in the account: a job can be stopped, or is gone. */
export const smcWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    summary,
  });

/** Sleeps from one sync of an incremental job to the next: a heartbeat now and then is enough. */
export const syncWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout: '15m',
    startToCloseTimeout: '90d',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });

/** Waits for the end of one start of a job, at most for what is left of the plan's jobTimeout. */
export const jobWaits = (timeoutMs: number, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
