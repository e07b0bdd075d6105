import { printable } from './plain-text';

/** A spreadsheet runs a text that begins like this as a formula, wide forms included; an apostrophe makes it a text. */
const formula = /^\s*[=+\-@\t\r\n＝＋－＠]/;

/** A CSV as RFC 4180 has it, with quotes where they are needed. What others wrote stays a text in it. */
export function toCsv(
  header: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
  lineEnd: '\r\n' | '\n' = '\r\n',
): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}${lineEnd}`).join('');
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  // Line breaks and tabs are part of a cell; what else steers a terminal is not.
  const text = safe.replace(/[^\t\r\n]+/g, printable);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
