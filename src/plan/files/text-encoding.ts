/** The encodings in which a table may be read, as `TextDecoder` names them. */
export const tableEncodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-kr',
  'windows-1252',
] as const;
export type TableEncoding = (typeof tableEncodings)[number];

/** The text of a table; `guessed` where nothing but its bytes says which encoding it has. */
export type DecodedTable = { text: string; guessed?: TableEncoding } | { message: string; fix: string };

/**
 * Decodes a table as spreadsheets save it. A byte order mark tells UTF-16; without one its zero bytes do. What is no UTF-8 is
 * read as GB18030 where it looks like Chinese, because Excel saves so in Chinese. `message` follows the file's name.
 */
export function decodeTable(bytes: Uint8Array, encoding?: TableEncoding): DecodedTable {
  if (encoding !== undefined) {
    const text = decoded(bytes, encoding);
    if (text !== undefined) return { text };
    return { message: `is not ${encoding} text`, fix: 'correct its encoding, or leave it out' };
  }
  const wide = utf16Of(bytes);
  if (wide) {
    const text = decoded(bytes, wide);
    if (text !== undefined) return { text };
  }
  const plain = decoded(bytes, 'utf-8');
  if (plain !== undefined) return { text: plain };
  const chinese = looksChinese(bytes) ? decoded(bytes, 'gb18030') : undefined;
  if (chinese !== undefined) return { text: chinese, guessed: 'gb18030' };
  return {
    message: 'is not UTF-8 text',
    fix: `save it as "CSV UTF-8", or say what it is: encoding: gb18030 (one of ${tableEncodings.join(', ')})`,
  };
}

function decoded(bytes: Uint8Array, encoding: TableEncoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // Not this encoding, or a Node that was built without it.
    return undefined;
  }
}

/** The parts of a file by which it is judged. */
const judgedBytes = 4096;

function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, judgedBytes);
  const zeros = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]!++;
  });
  const [even = 0, odd = 0] = zeros;
  // The separators and digits of a table are ASCII: in UTF-16 every one has a zero byte, always at the same side.
  const many = head.length / 8;
  if (odd > many && even === 0) return 'utf-16le';
  return even > many && odd === 0 ? 'utf-16be' : undefined;
}

/**
 * Whether the bytes beyond ASCII are pairs of GB2312, the letters that Chinese texts are made of. In Western texts such letters
 * stand alone, before an ASCII letter, which makes a pair that GB2312 does not have.
 */
function looksChinese(bytes: Uint8Array): boolean {
  let pairs = 0;
  let common = 0;
  for (let i = 0; i < bytes.length; i++) {
    const [first, second] = [bytes[i]!, bytes[i + 1] ?? 0];
    if (first < 0x80) continue;
    const isLong = second >= 0x30 && second <= 0x39;
    i += isLong ? 3 : 1;
    if (isLong) continue;
    pairs++;
    if (first >= 0xa1 && first <= 0xf7 && second >= 0xa1) common++;
  }
  return pairs > 0 && common >= pairs * 0.9;
}
