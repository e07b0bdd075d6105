import type { SourceFacts } from '../inventory';
import type { ImportRead, ImportRow, PlanProblem } from '../plan';
import { didYouMean } from '../text';
import { addressesIn } from './addresses';
import { type FoundBy, type Match, sourceFinder } from './match-sources';

/** A row without a source server in the account. */
export interface Unmatched {
  row: ImportRow;
  /** The source whose name is nearest. */
  nearest?: { name: string; sourceId: string };
}

export interface MatchedRows {
  /** In the order of the file. */
  matched: { row: ImportRow; source: SourceFacts; by: FoundBy[] }[];
  /** Rows of servers that were migrated by other means: they need no source. */
  done: ImportRow[];
  unmatched: Unmatched[];
  /** Sources that no row means. */
  unused: SourceFacts[];
  problems: PlanProblem[];
}

/** Each guess compares with every name of the account. */
const mostGuesses = 100;

/**
 * Matches every row with the account's source servers. A row that fits several sources, or whose name means another source than
 * its address, is a problem; so are two rows with one source.
 */
export function matchRows(
  { rows, problemOf }: Pick<ImportRead, 'rows' | 'problemOf'>,
  sources: readonly SourceFacts[],
): MatchedRows {
  const find = sourceFinder(sources);
  const result: MatchedRows = { matched: [], done: [], unmatched: [], unused: [], problems: [] };
  const rowOf = new Map<SourceFacts, ImportRow>();
  const nearestOf = guesser(sources);
  const complain = (row: ImportRow, code: PlanProblem['code'], message: string, fix: string) =>
    result.problems.push(problemOf(row, { code, message, fix }));

  for (const row of rows) {
    const addresses = row.wanted.addresses.flatMap(addressesIn);
    const match = find({ ...row.wanted, addresses });
    if (row.fields.done !== undefined && match.kind !== 'found') {
      result.done.push(row);
    } else if (match.kind === 'missing') {
      const nearest = result.unmatched.length < mostGuesses ? nearestOf(row) : undefined;
      result.unmatched.push({ row, ...(nearest && { nearest }) });
    } else if (match.kind !== 'found') {
      complain(row, 'source-ambiguous', `${nameOf(row)}: ${whyNot(match)}`, howToTell(match));
    } else {
      const before = rowOf.get(match.source);
      if (before) {
        const message = `${nameOf(row)} and ${nameOf(before)} of line ${before.line} are both source server ${match.source.sourceId} (found by ${match.by.join(' and ')})`;
        complain(
          row,
          'source-twice',
          message,
          'a server is migrated once in a batch: take one of the two rows out',
        );
        continue;
      }
      rowOf.set(match.source, row);
      result.matched.push({ row, source: match.source, by: match.by });
    }
  }
  dependenciesOnUnmatched(result, complain);
  result.unused = sources.filter((source) => !rowOf.has(source));
  return result;
}

/** A server cannot wait for one that the plan does not have. */
function dependenciesOnUnmatched(
  { matched, unmatched }: MatchedRows,
  complain: (row: ImportRow, code: PlanProblem['code'], message: string, fix: string) => void,
): void {
  const missing = new Set(unmatched.map(({ row }) => nameOf(row)));
  if (missing.size === 0) return;
  for (const { row } of matched) {
    const { dependsOn = [] } = row.fields as { dependsOn?: string[] };
    for (const name of dependsOn.filter((one) => missing.has(one)))
      complain(
        row,
        'dependency-unknown',
        `${nameOf(row)} depends on ${name}, which has no source server in the account`,
        'import that source server with the SMC client first; or declare it with done, or take the dependency out',
      );
  }
}

/** What a row calls its server. */
export const nameOf = ({ name, wanted }: ImportRow): string =>
  name ?? wanted.sourceId ?? wanted.addresses[0] ?? 'this row';

function whyNot(match: Extract<Match, { kind: 'several' | 'conflict' }>): string {
  if (match.kind === 'several')
    return `${match.sources.length} source servers have its ${match.by.join(' and ')}: ${listed(match.sources)}`;
  return match.says.map(({ by, sources }) => `its ${by} is that of ${listed(sources)}`).join(', ');
}

const howToTell = ({ kind }: Match) =>
  kind === 'several'
    ? 'add a column with the right sourceId'
    : 'correct the row, add a column with the right sourceId, or leave the misleading column out in the map (null)';

const listed = (sources: SourceFacts[]) => {
  const shown = sources.slice(0, 5).map(({ sourceId, name }) => (name ? `${sourceId} (${name})` : sourceId));
  return `${shown.join(', ')}${sources.length > 5 ? `, … (${sources.length})` : ''}`;
};

function guesser(sources: readonly SourceFacts[]): (row: ImportRow) => Unmatched['nearest'] {
  const known = new Map(
    sources.flatMap(({ sourceId, name, hostName }) =>
      [sourceId, name, hostName].flatMap((one): [string, { name: string; sourceId: string }][] =>
        one === undefined ? [] : [[one, { name: name ?? one, sourceId }]],
      ),
    ),
  );
  return ({ wanted }) => {
    for (const word of [wanted.sourceId, ...wanted.names, ...wanted.hostNames]) {
      const meant = word === undefined ? undefined : didYouMean(word, known.keys());
      if (meant !== undefined) return known.get(meant);
    }
    return undefined;
  };
}
