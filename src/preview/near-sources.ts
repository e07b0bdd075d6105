import type { SourceFacts } from '../inventory';
import type { PlannedServer } from '../plan';
import { didYouMean, quotedText } from '../text';

/** Each guess compares with every name of the account. */
const mostGuesses = 100;

/**
 * Says which source a server may mean whose id or name the account does not have: the same in another case or Unicode form, or
 * the most similar one.
 */
export function nearSources(sources: readonly SourceFacts[]): (server: PlannedServer) => string | undefined {
  const ids = sources.map(({ sourceId }) => sourceId);
  const idsOf = new Map<string, string[]>();
  for (const { name, sourceId } of sources)
    if (name !== undefined) idsOf.set(name, [...(idsOf.get(name) ?? []), sourceId]);
  const looseIds = new Map(ids.map((id) => [loose(id), id]));
  const looseNames = new Map([...idsOf.keys()].map((name) => [loose(name), name]));
  let guesses = 0;
  return ({ sourceId, sourceName }) => {
    const word = sourceId ?? sourceName ?? '';
    const [known, all] = sourceId !== undefined ? [looseIds, ids] : [looseNames, [...idsOf.keys()]];
    const twin = known.get(loose(word));
    const meant = twin ?? (guesses++ < mostGuesses ? didYouMean(word, all) : undefined);
    if (meant !== undefined) {
      const which = sourceId !== undefined ? meant : `${quotedText(meant)} (${idsOf.get(meant)!.join(', ')})`;
      return `Did you mean ${which}?${twin === undefined ? '' : ` ${difference(word, meant)}`}`;
    }
    // A name where an id belongs, or the other way round.
    if (sourceId !== undefined && idsOf.has(sourceId))
      return `That is the name of ${idsOf.get(sourceId)!.join(', ')}: write sourceName.`;
    return sourceName !== undefined && ids.includes(sourceName)
      ? 'That is an id: write sourceId.'
      : undefined;
  };
}

const loose = (text: string) => text.normalize('NFKC').trim().toLowerCase();

/** Why two texts that are the same to the eye are not. */
function difference(word: string, meant: string): string {
  if (word.toLowerCase() === meant.toLowerCase()) return 'Upper and lower case differ.';
  if (word.normalize('NFC') === meant.normalize('NFC'))
    return 'It is written in another Unicode form: copy it from the inventory.';
  return 'It has characters that only look the same: copy it from the inventory.';
}
