import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { LedgerEntry } from '../src/ledger';
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

/** The account has no room for one more job, or one more running one. */
export const isQuotaRefusal = (error: unknown) =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.details?.[1] === 'quota';

/** The account refuses whoever calls: nobody's failure. */
export const isAccountRefusal = (error: unknown) =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.details?.[1] === 'account';

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

/** Why a server is skipped. */
export const migratedNote = ({ batch, jobId }: Pick<LedgerEntry, 'batch' | 'jobId'>) =>
  `migrated in batch '${batch}'${jobId ? `, as its Finished job ${jobId} tells` : ''}`;
