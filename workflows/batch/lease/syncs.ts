/**
 * A sync of an incremental job between its first run and its cut-over. SMC starts it by itself and it takes a running slot,
 * whether there is one or not.
 */
export interface Sync {
  /** It was seen to run. */
  runs: boolean;
  /** When the next one is due, where that is known; milliseconds since the epoch. */
  dueAt?: number;
  /** It counts as running. */
  holdsSlot: boolean;
}

/**
 * From so long before it is due a sync has its running slot. A job takes minutes at least, so whatever is started in this
 * time would still run when the sync begins, and there would be one too many; of what starts earlier nobody knows how long
 * it takes, and a slot that is kept free for hours migrates nothing: a sync is due every hour at most, so this costs at
 * most a twelfth of a slot.
 */
const leaveRoomMs = 300_000;

/** The moment from which a sync counts as running; undefined while nobody knows when it is due. */
export const syncHoldsSlotFrom = (dueAt: number | undefined): number | undefined =>
  dueAt === undefined ? undefined : dueAt - leaveRoomMs;

/** What is known of a job's syncs now; it counts from shortly before it is due until it is seen not to run. */
export function takeSync({ runs, dueAt }: { runs: boolean; dueAt?: number }, now: number): Sync {
  const from = syncHoldsSlotFrom(dueAt);
  return { runs, dueAt, holdsSlot: runs || (from !== undefined && from <= now) };
}
