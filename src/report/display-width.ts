/** Scripts and signs that a terminal draws two columns wide. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const without = /[\p{Mark}\p{Format}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC.
const tokens = /\u001b\[\d+m|[^\u001b]/gu;

/** Columns that a text takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const token of text.match(tokens) ?? []) width += widthOf(token);
  return width;
}

/** The text in at most so many columns, with an ellipsis where something was cut away. Colours are kept whole. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let clipped = '';
  let isCut = false;
  for (const token of text.match(tokens) ?? []) {
    const next = width + widthOf(token);
    isCut ||= next > columns - 1;
    if (isCut && !token.startsWith('\u001b')) continue;
    width = next;
    clipped += token;
  }
  return columns > 0 ? `${clipped}…` : clipped;
}

/** The text in exactly so many columns. */
export function inColumns(text: string, columns: number): string {
  const clipped = clip(text, columns);
  return clipped + ' '.repeat(Math.max(0, columns - displayWidth(clipped)));
}

function widthOf(token: string): number {
  if (token.startsWith('\u001b') || without.test(token)) return 0;
  return wide.test(token) ? 2 : 1;
}
