/** What a wave is named that has the servers without one. */
const withoutWave = 'rest';

/**
 * The waves that the rows of an export are in, in the natural order of their names (`Wave 2` before `Wave 10`). A plan's wave
 * has letters, digits, `-`, `_` and `.`: other characters become `-`, and a name in another script becomes `wave-1`, by its place.
 */
export function waveNames(
  waves: readonly (string | undefined)[],
  /** The plan declares its waves itself: then a server without one is in the first. */
  isDeclared = false,
): {
  /** In the order in which they run. */
  names: string[];
  of(wave: string | undefined): string | undefined;
} {
  const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  const different = [...new Set(waves.filter((wave) => wave !== undefined))].sort(order.compare);
  const taken = new Set(different.map(plainName));
  const names = new Map<string, string>();
  for (const [i, wave] of different.entries()) names.set(wave, plainName(wave) ?? numbered(i + 1, taken));
  const isMixed = !isDeclared && different.length > 0 && waves.some((wave) => wave === undefined);
  return {
    names: [...new Set([...names.values(), ...(isMixed ? [withoutWave] : [])])],
    of: (wave) => (wave === undefined ? (isMixed ? withoutWave : undefined) : names.get(wave)),
  };
}

function numbered(place: number, taken: ReadonlySet<string | undefined>): string {
  const name = `wave-${place}`;
  return taken.has(name) ? `wave-${place}-other` : name;
}

function plainName(wave: string): string | undefined {
  if (/[^\p{ASCII}]/u.test(wave)) return undefined;
  const name = wave
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  return name === '' ? undefined : name;
}
