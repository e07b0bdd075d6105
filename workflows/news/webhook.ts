import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

/** Sends one message to the workers' webhook. Nobody waits for it but those who send the next one. */
export const webhook = (
  summary: string,
  retry: { maximumAttempts?: number; maximumInterval?: number },
  scheduleToCloseTimeout?: number,
) => proxyActivities<Activities>({ startToCloseTimeout: '30s', scheduleToCloseTimeout, retry, summary });

/** What the last try said, and whether the same message would be refused again. */
export function webhookFailure(error: unknown): { reason: string; isFinal: boolean } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure)
    return { reason: cause.message, isFinal: cause.nonRetryable ?? false };
  return { reason: 'no worker could send to the webhook in time', isFinal: false };
}
