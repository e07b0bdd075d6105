import { clip, displayWidth, padded } from './display-width';
import { terminalLine } from './plain-text';

/** A column of a table. */
export interface Column<Row> {
  title: string;
  /** May hold colour codes. */
  cell(row: Row): string;
  /** 1 is always shown; of the others, the one with the highest number is left out first where room is short. */
  rank: number;
  /** It may be cut down to so many columns of the terminal before another is left out for it; absent: to none. */
  least?: number;
}

export interface TableLook {
  /** What is said instead of a table without rows. */
  empty: string;
  /** Of the terminal. Absent (a pipe, a file, `-o wide`): all columns are shown, and nothing is cut. */
  columns?: number;
  /** How to see columns that were left out: an option, or a command. */
  wide?: string;
}

/** A table that no terminal has to wrap, a line a row. Columns without a value in any row are left out first. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  look: TableLook,
): string[] {
  if (rows.length === 0) return [look.empty];
  const all = columns.map((column) => measured(column, rows));
  if (look.columns === undefined)
    return linesOf(
      all,
      all.map(({ width }) => width),
    );
  const filled = all.filter(({ column, isEmpty }) => column.rank === 1 || !isEmpty);
  const shown = fitting(filled, look.columns);
  const hidden = filled.filter((one) => !shown.includes(one)).map(({ column }) => column.title);
  const lines = linesOf(shown, widthsIn(shown, look.columns));
  if (hidden.length === 0) return lines;
  return [...lines, clip(`(${look.wide ?? '-o wide'} shows more: ${hidden.join(', ')})`, look.columns)];
}

const gap = 2;

interface Measured {
  column: Pick<Column<never>, 'title' | 'rank' | 'least'>;
  /** The title first. */
  cells: string[];
  /** That it would need. */
  width: number;
  isEmpty: boolean;
}

function measured<Row>(column: Column<Row>, rows: readonly Row[]): Measured {
  const cells = [column.title, ...rows.map(column.cell)].map((cell) => terminalLine(cell, true));
  const widths = cells.map(displayWidth);
  return {
    column,
    cells,
    width: widths.reduce((most, width) => Math.max(most, width), 0),
    isEmpty: widths.every((width, i) => i === 0 || width === 0),
  };
}

const leastOf = ({ column, width }: Measured) =>
  Math.min(width, Math.max(column.least ?? width, displayWidth(column.title)));

const sumOf = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));

/** The most important ones for which there is room, where they stood. */
function fitting(columns: Measured[], room: number): Measured[] {
  const shown = [...columns];
  while (sumOf(shown.map(leastOf)) > room) {
    const rank = Math.max(...shown.map(({ column }) => column.rank));
    if (rank === 1) return shown;
    shown.splice(
      shown.findLastIndex(({ column }) => column.rank === rank),
      1,
    );
  }
  return shown;
}

/** Each gets its least; what is left over goes to the more important ones first. */
function widthsIn(columns: Measured[], room: number): number[] {
  const widths = columns.map(leastOf);
  let left = room - sumOf(widths);
  const byRank = columns.map((_, i) => i).sort((a, b) => columns[a]!.column.rank - columns[b]!.column.rank);
  for (const i of byRank) {
    const more = Math.min(Math.max(0, left), columns[i]!.width - widths[i]!);
    widths[i]! += more;
    left -= more;
  }
  // Not even those that are always shown have room: the widest gives way.
  while (left < 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 1) break;
    widths[widest]!--;
    left++;
  }
  return widths;
}

const linesOf = (columns: Measured[], widths: number[]): string[] =>
  (columns[0]?.cells ?? []).map((_, row) =>
    columns
      .map(({ cells }, i) => {
        const cell = clip(cells[row]!, widths[i]!);
        return i === columns.length - 1 ? cell : padded(cell, widths[i]!);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
