/**
 * A sync of an incremental job between its first run and its cut-over. SMC starts it by itself. It takes a running slot, even when
 * none is free.
 */
export interface Sync {
  /** The sync was seen running. */
  runs: boolean;
  /** When the next one is due, where that is known; milliseconds since the epoch. */
  dueAt?: number;
  /** The sync counts as running. */
  holdsSlot: boolean;
}

/**
 * A sync has its running slot from so long before it is due. A job takes some minutes at least: one that starts in this time would
 * still run when the sync begins, and would be one too many. To keep the slot free for longer would waste it. A job has at most one
 * sync an hour, so this costs at most a twelfth of a slot.
 */
const leaveRoomMs = 300_000;

/** The time from which a sync counts as running; undefined while it is not known when it is due. */
export const syncHoldsSlotFrom = (dueAt: number | undefined): number | undefined =>
  dueAt === undefined ? undefined : dueAt - leaveRoomMs;

/** The sync of a job by its last report. It counts as running from shortly before it is due until it is seen to have ended. */
export function takeSync({ runs, dueAt }: { runs: boolean; dueAt?: number }, now: number): Sync {
  const from = syncHoldsSlotFrom(dueAt);
  return { runs, dueAt, holdsSlot: runs || (from !== undefined && from <= now) };
}
