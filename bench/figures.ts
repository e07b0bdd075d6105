/** What a part of the bench has found, and how it is shown. */
import { tableLines } from '../src/text';

export interface Figures {
  title: string;
  /** What was measured, and how. */
  about: string;
  tables: FigureTable[];
  /** The bars that were set, and whether they were met. */
  verdicts: { claim: string; isMet: boolean }[];
}

export interface FigureTable {
  columns: string[];
  rows: string[][];
}

export function asText({ title, tables, verdicts }: Figures): string {
  const blocks = tables.map(({ columns, rows }) =>
    tableLines(
      columns.map((title, i) => ({ title, rank: 1, cell: (row: string[]) => row[i] ?? '' })),
      rows,
      { empty: 'Nothing was measured.' },
    ).join('\n'),
  );
  return [title, '', ...blocks.flatMap((block) => [block, '']), ...verdicts.map(verdictLine)].join('\n');
}

export function asMarkdown({ about, tables, verdicts }: Figures): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const blocks = tables.map(({ columns, rows }) =>
    [line(columns), line(columns.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n'),
  );
  const list = verdicts.map((verdict) => `- ${verdictLine(verdict)}`).join('\n');
  return [about, ...blocks, ...(list ? [list] : [])].join('\n\n');
}

const verdictLine = ({ claim, isMet }: Figures['verdicts'][number]) =>
  `${isMet ? 'met' : 'MISSED'}: ${claim}`;

export const fixed = (n: number, digits = 2) => n.toFixed(digits);
export const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
export const count = (n: number) => n.toLocaleString('en');
