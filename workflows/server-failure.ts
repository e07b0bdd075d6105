import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { LedgerEntry } from '../src/ledger';
import { migratedNote } from '../src/ledger/judge-source';
import type { ServerResult, SmcFailure } from './messages';

/** The SMC failure inside an activity's failure; any other error in its words. */
export function smcFailureOf(error: unknown): SmcFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.details?.[0]) return cause.details[0] as SmcFailure;
  return {
    code: cause instanceof TimeoutFailure ? 'TimedOut' : 'Unexpected',
    message: cause instanceof Error ? cause.message : String(cause),
    remedy: 'See the workflow in the Temporal UI, then retry the server.',
  };
}

/** The account's last word: no retry would change it, and nothing was done. */
export const isFinalRefusal = (error: unknown) =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.nonRetryable === true;

/** It was tried for as long as it may be: what it has done meanwhile is not known. */
export const isTimeout = (error: unknown) =>
  error instanceof ActivityFailure &&
  (error.cause instanceof TimeoutFailure || error.retryState === 'TIMEOUT');

/** The account has no room for one more job, or one more running one. */
export const isQuotaRefusal = (error: unknown) =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.details?.[1] === 'quota';

/** The source is not in a state that allows it: its client is away, say. */
export const isSourceStateRefusal = (error: unknown) =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === 'SourceServerState.Invalid';

/** Another batch was faster. */
export function alreadyMigrated(error: unknown): ServerResult | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'AlreadyMigrated') return undefined;
  const [entry, jobId] = (cause.details ?? []) as [LedgerEntry, string?];
  const leftover = jobId ? ({ jobId, why: 'notTakenUp' } as const) : undefined;
  return { outcome: 'skipped', note: migratedNote(entry), imageId: entry.image, leftover };
}
