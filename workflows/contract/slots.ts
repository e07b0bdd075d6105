/** A number for each kind of slot. */
export interface Slots {
  /** Replication jobs that may exist, in any status. */
  existing: number;
  /** Replication jobs that may run. */
  running: number;
}

export const resources = ['existing', 'running'] as const;
export const noSlots: Slots = { existing: 0, running: 0 };

/** Both numbers, by the same rule. */
export const each = (value: (resource: keyof Slots) => number): Slots => ({
  existing: value('existing'),
  running: value('running'),
});

/**
 * The slots in use, of those that the batch may have; and how many the account may have for all its batches:
 * `jobs running 5 of 5 (account 50), existing 12 of 20 (account 100)`.
 */
export function slotsSaid({ inUse, cap, quota }: { inUse: Slots; cap: Slots; quota?: Slots }): string {
  const said = (resource: keyof Slots) =>
    `${resource} ${inUse[resource]} of ${cap[resource]}${quota ? ` (account ${quota[resource]})` : ''}`;
  return `jobs ${said('running')}, ${said('existing')}`;
}

/** A wait that doubles with each failure in a row, from `first` to `longest`. */
export const growing = (failures: number, first: number, longest: number) =>
  Math.min(longest, first * 2 ** Math.min(30, Math.max(0, failures - 1)));
