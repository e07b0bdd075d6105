/** The difference of two values: 0 when they are equal, a number to add, a list with the new value, or a map of differences. */
export type Delta = number | [unknown] | { [key: string]: Delta | null };

type Fields = Record<string, unknown>;

/**
 * A list as the difference of each item to the one before: servers of a plan, and their records, are mostly the same. Input and
 * output are plain JSON.
 */
export function deltasOf(items: readonly unknown[]): Delta[] {
  let before: unknown = null;
  return items.map((item) => {
    const delta = deltaOf(before, item);
    before = item;
    return delta;
  });
}

/** The list that these differences make. Equal parts are the same object, to save memory. */
export function fromDeltas(deltas: readonly Delta[]): unknown[] {
  let before: unknown = null;
  return deltas.map((delta) => {
    before = withDelta(before, delta);
    return before;
  });
}

function deltaOf(before: unknown, after: unknown): Delta {
  if (before === after) return 0;
  if (Number.isSafeInteger(before) && Number.isSafeInteger(after)) {
    const difference = (after as number) - (before as number);
    return Number.isSafeInteger(difference) ? difference : [after];
  }
  if (!areAlike(before, after)) return [after];
  return changesOf(before as Fields, after as Fields);
}

function changesOf(before: Fields, after: Fields): Delta {
  const changes: { [key: string]: Delta | null } = {};
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined) continue;
    const delta =
      Object.hasOwn(before, key) && before[key] !== undefined ? deltaOf(before[key], value) : [value];
    if (delta !== 0) changes[key] = delta as Delta;
  }
  for (const [key, value] of Object.entries(before)) {
    if (value !== undefined && after[key] === undefined) changes[key] = null;
  }
  return Object.keys(changes).length === 0 ? 0 : changes;
}

function withDelta(before: unknown, delta: Delta): unknown {
  if (delta === 0) return before;
  if (typeof delta === 'number') return (before as number) + delta;
  if (Array.isArray(delta)) return delta[0];
  const after: Fields | unknown[] = Array.isArray(before) ? [...before] : { ...(before as Fields) };
  for (const [key, change] of Object.entries(delta)) {
    if (change === null) delete (after as Fields)[key];
    else (after as Fields)[key] = withDelta((before as Fields)[key], change);
  }
  return after;
}

/** Whether two values are maps, or lists of the same length, so that their parts can be compared one by one. */
function areAlike(before: unknown, after: unknown): boolean {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return false;
  if (Array.isArray(before) !== Array.isArray(after)) return false;
  return !Array.isArray(before) || before.length === (after as unknown[]).length;
}
