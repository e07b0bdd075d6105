/** What steers a terminal or a log instead of being shown: control characters and line breaks. */
const control = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** What changes how the text around it reads, and half characters: shown as a mark, so that names stay different. */
const hidden = /[\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const mark = '\ufffd';

/** Nothing of the text is lost by {@link printable}. */
export const isPrintable = (text: string) => printable(text) === text;

/** The text in one line that cannot steer what shows it. */
export const printable = (text: string) => text.replace(control, ' ').replace(hidden, mark);

/** The same with a mark for each character that is not shown: the columns of a text stay where they are. */
export const printableInPlace = (text: string) =>
  text
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, mark)
    .replace(hidden, mark);

/** The same without blanks around it. */
export const plainLine = (text: string) => printable(text).trim();

// The codes that colours begin and end with; none of the others, which hide text or clear the screen.
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC.
export const colorCodes = /(\u001b\[(?:1|2|22|3[0-79]|9[0-7])m)/g;

/** A line for a terminal: printable, but for colour codes where the terminal has colours. */
export function terminalLine(line: string, hasColors: boolean): string {
  if (!hasColors) return printable(line.replaceAll(colorCodes, ''));
  return line
    .split(colorCodes)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join('');
}

/** The value, every text in it as one plain line: for views, which are made of what others wrote. */
export function plainTexts<T>(value: T): T {
  if (typeof value === 'string') return plainLine(value) as T;
  if (Array.isArray(value)) return value.map(plainTexts) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [plainLine(key), plainTexts(inner)]),
  ) as T;
}
