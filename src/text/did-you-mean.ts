/** The candidate that a mistyped word most likely means; undefined when none is similar. Case counts little. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // One mistake in three letters: with more, every short word would be similar.
  let bestDistance = Math.floor(word.length / 3) + 0.75;
  const typed = plainWord(word);
  for (const candidate of candidates) {
    const known = plainWord(candidate);
    // A word of a very different length is skipped early: huge plans compare many names.
    if (Math.abs(known.length - typed.length) >= bestDistance) continue;
    const plain = editDistance(typed, known);
    const distance = plain === 0 && word !== candidate ? 0.5 : plain;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** For behind the name that is not there: ` (did you mean 'web-01'?)` where one of these is near. */
export function nearestName(word: string, names: Iterable<string>): string {
  const meant = didYouMean(word, names);
  return meant === undefined ? '' : ` (did you mean '${meant}'?)`;
}

/** `web-1` and `web-01` are one word, so are `maxConcurrent` and `max-concurrent`. */
const plainWord = (word: string) =>
  word
    .toLowerCase()
    .replace(/(?<!\d)0+(?=\d)/g, '')
    .replace(/[-_ ]/g, '');

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
