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

/** A wait that doubles with each failure in a row, from `first` to `longest`. */
export const growing = (failures: number, first: number, longest: number) =>
  Math.min(longest, first * 2 ** Math.min(30, Math.max(0, failures - 1)));
