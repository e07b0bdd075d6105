import { terminalLine } from '../text';

/** Columns as wide as their widest cell; the last one takes what is left. Cells may hold colour codes. */
export function textTable(header: string[], rows: string[][]): string[] {
  const all = [header, ...rows].map((row) => row.map((cell) => terminalLine(cell, true)));
  const widths = header.map((_, i) => Math.max(...all.map((row) => visibleLength(row[i] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : pad(cell, widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC.
const colorCodes = /\u001b\[\d+m/g;

export const visibleLength = (text: string) => text.replace(colorCodes, '').length;

export const pad = (text: string, width: number) =>
  text + ' '.repeat(Math.max(0, width - visibleLength(text)));
