import { colorCodes } from './plain-text';

// Unicode: East Asian Width W and F, and signs that are shown as pictures.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const halfWidthKana = /[\uff61-\uffdc]/g;
/** A sign that asks to be shown as a picture. */
const picture = /\p{Emoji}\ufe0f/u;
const nothing = /^[\p{Mark}\p{Format}]*$/u;
const plain = /^[\x20-\x7e]*$/;

/** Columns that a text takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const token of tokens(text)) width += widthOf(token);
  return width;
}

/** The text in at most so many columns, with an ellipsis where something was cut away. Colours are kept whole. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let clipped = '';
  let isCut = false;
  for (const token of tokens(text)) {
    const next = width + widthOf(token);
    isCut ||= next > columns - 1;
    if (isCut && !token.startsWith('\u001b')) continue;
    width = next;
    clipped += token;
  }
  return columns > 0 ? `${clipped}…` : clipped;
}

/** The text with blanks behind it, so that it takes at least so many columns. */
export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)));

/** The text in exactly so many columns. */
export const inColumns = (text: string, columns: number): string => padded(clip(text, columns), columns);

let graphemes: Intl.Segmenter | undefined;

/** What a reader takes for one letter or sign, and colour codes whole. */
function tokens(text: string): string[] {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const segmenter = graphemes;
  return text
    .split(colorCodes)
    .flatMap((part, i) =>
      i % 2 === 1 ? [part] : Array.from(segmenter.segment(part), ({ segment }) => segment),
    );
}

function widthOf(token: string): number {
  if (token.startsWith('\u001b') || nothing.test(token)) return 0;
  if (wide.test(token) || picture.test(token)) return 2;
  return token.match(halfWidthKana)?.length ?? 1;
}
