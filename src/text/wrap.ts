import { displayWidth } from './display-width';

/**
 * A line as several, none wider than the terminal, broken between words. What follows stands below the line's text: behind
 * its indentation, and behind a label that two blanks set off. A word that is wider than the terminal, and a command of
 * smc-batch where one line has room for it, stay whole, so that they can be pasted. An address that does not fit behind the
 * indentation has a line of its own, from its first column on.
 */
export function wrapped(line: string, columns: number): string[] {
  if (displayWidth(line) <= columns) return [line];
  const indent = /^ */.exec(line)![0].length;
  const label = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0];
  const hang = label === undefined ? indent : displayWidth(label);
  // Text beside a label as wide as that would be too narrow to read.
  if (label !== undefined && hang > columns * widestLabel)
    return [label.trimEnd(), ...wrapped(' '.repeat(indent + 4) + line.slice(label.length), columns)];
  const lines: string[] = [];
  let current = '';
  for (const part of partsOf(line, columns - hang)) {
    const word = part.trimStart();
    if (isAddress.test(word) && displayWidth(word) > columns - hang) {
      if (current.trim() !== '') lines.push(current.trimEnd());
      lines.push(word);
      current = '';
    } else if (current === '' && lines.length > 0) current = ' '.repeat(hang) + word;
    else if (current === '' || displayWidth(current + part) <= columns) current += part;
    else {
      lines.push(current);
      current = ' '.repeat(hang) + word;
    }
  }
  return current === '' ? lines : [...lines, current];
}

const isAddress = /^https?:\/\//;

/** A text whose paragraphs are filled anew for a width; lines that are indented stay lines of their own. */
export function reflowed(text: string, columns: number): string {
  const lines: string[] = [];
  let isProse = false;
  for (const line of text.split('\n')) {
    const isMore = isProse && /^\S/.test(line);
    if (isMore) lines.push(`${lines.pop()} ${line}`);
    else lines.push(line);
    isProse = /^\S/.test(line);
  }
  return lines.flatMap((line) => wrapped(line, columns)).join('\n');
}

/** Of the terminal's columns. */
const widestLabel = 0.6;

/** The words, each with the blanks before it; the words of a command are one where there is room for it. */
function partsOf(line: string, room: number): string[] {
  const words = line.match(/ *[^ ]+/g) ?? [];
  const parts: string[] = [];
  for (let i = 0; i < words.length; ) {
    const end = commandEnd(words, i);
    const command = words.slice(i, end).join('');
    const isWhole = i === 0 || displayWidth(command.trimStart()) <= room;
    parts.push(...(isWhole ? [command] : words.slice(i, end)));
    i = end;
  }
  return parts;
}

const begins = /^ *['"(]?(?:[A-Z][A-Z_]*=\S*|smc-batch)$/;
const ends = /[,;:.)'"]$/;

/**
 * Behind the last word of the command that begins here; behind this word where none does. One that begins a line is all of
 * it, as far as a comment behind two blanks; one in a sentence ends where a part of the sentence does.
 */
function commandEnd(words: readonly string[], from: number): number {
  if (!begins.test(words[from]!)) return from + 1;
  let end = from + 1;
  while (end < words.length && !words[end]!.startsWith('  ') && !(from > 0 && ends.test(words[end - 1]!)))
    end++;
  return end;
}
