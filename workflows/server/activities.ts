import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Job } from './job';

// The timeouts of all activities that call the SMC API. All of them send heartbeats, so that a dead worker is noticed. They are
// retried without end: the activities themselves decide which errors are final, how long a throttled or transient one waits, and
// when to stop. Time in which the account refuses calls, or no worker is accepted, must not count: so there is no
// scheduleToClose. The Temporal UI shows `summary` beside the activity's name.
const heartbeatTimeout = '20s';

/**
 * The heartbeat timeout of a wait that may take hours: each heartbeat is a write at Temporal, so there are fewer where the worker
 * looks at its jobs less often. A dead worker is noticed after three of its polls, within 20 seconds and 15 minutes.
 */
const waitHeartbeatMs = ({ pollIntervalSeconds = 0 }: Pick<Job, 'pollIntervalSeconds'>) =>
  Math.min(Math.max(20_000, 3_000 * pollIntervalSeconds), 900_000);

/** Activities of one or two API calls. */
export const smcCalls = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '2m',
    summary,
  });

/** The wait for a source that is offline. After seven days its server fails, so that the batch can end. */
export const sourceWaits = (job: Job, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout: waitHeartbeatMs(job),
    startToCloseTimeout: '7d',
    scheduleToCloseTimeout: '7d',
    // A cancellation reaches the activity with a heartbeat: the server does not wait for that.
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });

/** The wait until a job can be stopped. */
export const stopWaits = (summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout,
    startToCloseTimeout: '7d',
    summary,
  });

/** The wait until a job is gone. */
export const deletionWaits = (job: Job, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout: waitHeartbeatMs(job),
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
export const jobWaits = (job: Job, timeoutMs: number, summary: string) =>
  proxyActivities<Activities>({
    heartbeatTimeout: waitHeartbeatMs(job),
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
