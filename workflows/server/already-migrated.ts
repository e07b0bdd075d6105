import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { LedgerEntry } from '../../src/ledger';
import { migratedNote } from '../../src/ledger/judge-source';
import type { ServerResult } from '../contract/server-messages';

/** Another batch was faster. */
export function alreadyMigrated(error: unknown): ServerResult | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'AlreadyMigrated') return undefined;
  const [entry, jobId] = (cause.details ?? []) as [LedgerEntry, string?];
  const leftover = jobId ? ({ jobId, why: 'notTakenUp' } as const) : undefined;
  return { outcome: 'skipped', note: migratedNote(entry), imageId: entry.image, leftover };
}
