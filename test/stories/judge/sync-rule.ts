import { syncHoldsSlotFrom } from '../../../workflows/batch/lease';
import type { Batch } from '../../../workflows/batch/state';
import { must } from './violation';

/** A sync that is due soon has its slot: SMC begins it by itself, whether there is room or not. */
export function judgeSyncs({ state }: Batch, now: number): void {
  if (state.stage !== 'running' || state.cancelRequested) return;
  for (const name in state.servers) {
    const record = state.servers[name]!;
    if (record.phase !== 'synced' || !record.sync) continue;
    const { runs, dueAt, holdsSlot } = record.sync;
    const from = syncHoldsSlotFrom(dueAt);
    must(
      holdsSlot || !(runs || (from !== undefined && from <= now)),
      'a sync has its slot',
      () => `${name} is synced in ${dueAt === undefined ? '?' : dueAt - now} ms, and counts for nothing`,
    );
  }
}
