import { type Batch, sourceOf, waitAgain } from '../state';
import { withdraw } from '../wishes';

/** Failures whose cause may have changed since the last look-up. */
const codesOfLooks: ReadonlySet<string> = new Set([
  'SourceServer.NotFound',
  'SourceServer.Ambiguous',
  'SourceServer.Replaced',
  'ServerUnderWay',
]);

/**
 * Makes a server wait for its next round. Its source is looked up first when that was the cause of the failure, or when the plan
 * names another one now. An operator who names the server confirms a new source in place of the migrated one.
 */
export function retryServer(batch: Batch, name: string, { isNamed }: { isNamed: boolean }): void {
  const { state, index } = batch;
  withdraw(state, name);
  const record = index.record(name);
  const sourceId = sourceOf(state, index.planOf(name));
  const code = record.phase === 'failed' ? record.error.code : '';
  // One that has never started may have ended before its look-up: another server may have the same source.
  const hasStarted = record.round > 0 || record.startedAt !== undefined;
  const isKnown = hasStarted && record.sourceId === sourceId && !codesOfLooks.has(code);
  const isAgreed = isNamed && code === 'SourceServer.Replaced' && record.sourceId !== undefined;
  waitAgain(batch, name, {
    lookUp: isKnown ? undefined : isAgreed ? { confirmed: record.sourceId } : {},
  });
}

/** Whether a server was migrated from another source before: it is retried only by its name. */
export function isRetriedByName({ index }: Batch, name: string): boolean {
  const record = index.record(name);
  return record.phase === 'failed' && record.error.code === 'SourceServer.Replaced';
}

/** What is said of those that were left out. */
export const retriedByName = 'retry it by its name to migrate it again';
