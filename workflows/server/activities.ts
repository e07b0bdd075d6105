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

/** A source whose client does not come back for so long keeps its batch no longer. */
export const sourceWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    scheduleToCloseTimeout: '7d',
    summary,
  });

/** They wait for something to happen in the account: a job to be stoppable, or gone. */
export const smcWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    summary,
  });

/** It sleeps from one sync of an incremental job to the next: a heartbeat now and then is enough. */
export const syncWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout: '15m',
    startToCloseTimeout: '90d',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });

/** One start of a job, from Running to whatever ends it; its schedule-to-close timeout is what the plan's jobTimeout leaves. */
export const jobWaits = (timeoutMs: number, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
