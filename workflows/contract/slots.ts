/** A number for each of the account's two scarce things. */
export interface Slots {
  /** Replication jobs that may exist, in any status. */
  existing: number;
  /** Replication jobs that may run. */
  running: number;
}

export const resources = ['existing', 'running'] as const;
export const noSlots: Slots = { existing: 0, running: 0 };

/** Both of the account's scarce things by the same rule. */
export const each = (value: (resource: keyof Slots) => number): Slots => ({
  existing: value('existing'),
  running: value('running'),
});

/** A distance that doubles with each failure in a row, from `first` to `longest`. */
export const growing = (failures: number, first: number, longest: number) =>
  Math.min(longest, first * 2 ** Math.min(30, Math.max(0, failures - 1)));
