/**
 * A record whose keys are names that others chose: nothing is in it but what was put there, so that a server may be
 * named `constructor` or `__proto__`. What comes out of JSON has a prototype: it is copied into such a record first.
 */
export const byName = <T>(entries: Readonly<Record<string, T>> = {}): Record<string, T> =>
  Object.assign(Object.create(null) as Record<string, T>, entries);
