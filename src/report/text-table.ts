import { displayWidth, padded, terminalLine } from '../text';

/** A table: each column is as wide as its widest cell, the last one takes the rest. Cells may have colour codes. */
export function textTable(header: string[], rows: string[][]): string[] {
  const all = [header, ...rows].map((row) => row.map((cell) => terminalLine(cell, true)));
  const widths = header.map((_, i) => Math.max(...all.map((row) => displayWidth(row[i] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : padded(cell, widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
