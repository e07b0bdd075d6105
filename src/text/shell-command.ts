import { isPrintable } from './plain-text';

/**
 * The text as one word of a POSIX shell, whatever is in it, and without a character that a terminal would take for an
 * order: those are written as octal bytes.
 */
export function shellWord(text: string): string {
  // `=` at the start means a path to zsh, `~` a home to all.
  if (/^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/.test(text)) return text;
  if (isPrintable(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  // A command's output loses its last line breaks: they stand behind it.
  const [, body = '', lineBreaks = ''] = /^([\s\S]*?)(\n*)$/.exec(text)!;
  return `"$(printf '${bytesOf(body)}')"${lineBreaks ? `'${lineBreaks}'` : ''}`;
}

/** A dash is a byte, too: printf would take it for an option. */
function bytesOf(text: string): string {
  return Array.from(text, (character) => {
    if (/^[A-Za-z0-9 _./:@+,=~]$/.test(character)) return character;
    const isShown = isPrintable(character) && character.codePointAt(0)! > 0x7f;
    return isShown ? character : utf8(character.codePointAt(0)!).map(octal).join('');
  }).join('');
}

const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;

/** Workflow code has no TextEncoder. */
function utf8(code: number): number[] {
  if (code < 0x80) return [code];
  const last = 0x80 | (code & 0x3f);
  if (code < 0x800) return [0xc0 | (code >> 6), last];
  const middle = 0x80 | ((code >> 6) & 0x3f);
  if (code < 0x10000) return [0xe0 | (code >> 12), middle, last];
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), middle, last];
}

/**
 * A command of ours that can be pasted into a POSIX shell, whatever its operands and the values of its options are.
 *
 * @example
 * smcBatchCommand('resume', ['dc1', '$(id)'], { wave: '-x' }) // smc-batch resume --wave=-x -- dc1 '$(id)'
 */
export function smcBatchCommand(
  command: string,
  operands: readonly string[] = [],
  options: Readonly<Record<string, string | true>> = {},
): string {
  const words = operands.map(shellWord);
  const flags = Object.entries(options).map(([name, value]) => {
    if (value === true) return `--${name}`;
    return value.startsWith('-') ? shellWord(`--${name}=${value}`) : `--${name} ${shellWord(value)}`;
  });
  // What follows `--` is no option, even where it looks like one.
  const isDashed = operands.some((operand) => operand.startsWith('-'));
  const rest = isDashed ? [...flags, '--', ...words] : [...words, ...flags];
  return ['smc-batch', command, ...rest].join(' ');
}
