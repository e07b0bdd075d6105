import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

/** Sends one message to the workers' webhook. */
export const webhook = (
  summary: string,
  retry: { maximumAttempts?: number; maximumInterval?: number },
  scheduleToCloseTimeout?: number,
) => proxyActivities<Activities>({ startToCloseTimeout: '30s', scheduleToCloseTimeout, retry, summary });

/** The failure of the last try, and whether the same message would be refused again. */
export function webhookFailure(error: unknown): { reason: string; isFinal: boolean } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure)
    return { reason: cause.message, isFinal: cause.nonRetryable ?? false };
  return { reason: 'no worker could send to the webhook in time', isFinal: false };
}
