/** The beginning of a text, of at most so many bytes of UTF-8. */
export function cutText(text: string, most: number): string {
  if (text.length * 3 <= most || bytesOf(text) <= most) return text;
  let room = most - 3;
  let end = '';
  for (const character of text) {
    room -= bytesOf(character);
    if (room < 0) break;
    end += character;
  }
  return `${end}…`;
}

/** Of UTF-8; workflow code has no TextEncoder. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
