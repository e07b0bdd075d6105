import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

// The timeouts of every activity that touches the SMC API. All heartbeat, so that a dead worker is noticed in seconds,
// and retry without end inside their scheduleToClose: the activities themselves say which errors are final, and how
// long a throttled or transient one waits. `summary` is what the Temporal UI shows beside the activity's name.
const heartbeatTimeout = '20s';

/** One API call, or two: longer than an outage of an afternoon, so that it costs no server. */
export const smcCalls = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '2m',
    scheduleToCloseTimeout: '12h',
    summary,
  });

/** A start or a cut-over: nothing is lost by waiting, and the work of weeks may hang on it. */
export const smcLaunches = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '2m',
    scheduleToCloseTimeout: '7d',
    summary,
  });

/** They wait for something to happen in the account: a job to be stoppable or gone, a source to come back. */
export const smcWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    scheduleToCloseTimeout: '7d',
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

/** One start of a job, from Running to whatever ends it; its schedule-to-close timeout is the plan's jobTimeout. */
export const jobWaits = (jobTimeoutSeconds: number, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: jobTimeoutSeconds * 1000,
    scheduleToCloseTimeout: jobTimeoutSeconds * 1000,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
