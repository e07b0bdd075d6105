import { kindsOf } from '../schema/schema-shape';
import type { CsvColumn } from './csv-columns';
import { bytesOfUnit, type SizeUnit } from './size-units';

/** What a cell says, or why it says nothing. */
export type CellRead = { value: unknown } | { message: string; fix: string };

/** How the numbers of a file are written. */
export interface NumberStyle {
  /** `80,5` is eighty and a half, as in a file with `;` between its cells; else `80.5` is. */
  decimalComma: boolean;
}

/** The value of a cell: a size, a number, a boolean, a list or tags where its field is one. A text that does not fit stays a text: the schema reports it. */
export function readCell(text: string, column: CsvColumn, style: NumberStyle): CellRead {
  const { path, schema, unit } = column;
  if (isTagsCell(path)) return tagsIn(text);
  const kinds = kindsOf(schema);
  if (kinds.has('array')) {
    const items = text.split(';').map((item) => item.trim());
    return { value: items.filter((item) => item !== '') };
  }
  const size = sizeFields[String(path.at(-1))];
  if (size && kinds.has('number')) return sizeIn(text, unit ?? size, size, style);
  if (kinds.has('number') && /^-?\d+(\.\d+)?$/.test(text)) return { value: Number(text) };
  if (kinds.has('boolean') && /^(true|false)$/i.test(text)) return { value: text.toLowerCase() === 'true' };
  return { value: text };
}

/** A column of tags, all of them in one cell, ends with a step without a name. */
export const isTagsCell = (path: readonly (string | number)[]) => path.length === 2 && path[1] === '';

/** The fields that are sizes, with the unit that they have in a plan. */
const sizeFields: Record<string, 'GiB' | 'B' | undefined> = {
  systemDiskSize: 'GiB',
  size: 'GiB',
  sizeBytes: 'B',
};

function sizeIn(text: string, unit: SizeUnit, wanted: SizeUnit, { decimalComma }: NumberStyle): CellRead {
  const fix = "a number, or one with its unit: 80, 80 GB, 1.5 TiB, '81,920 MB'";
  const parts = /^(\d[\d.,'’\s]*?)\s*(?:([kmgt])(?:i?b|ytes?)?|(b|bytes?))?$/i.exec(text);
  const amount = parts ? plainNumber(parts[1]!, decimalComma) : undefined;
  if (!parts || amount === undefined) return { message: `'${shortened(text)}' is no size`, fix };
  const own = parts[2] ? unitOf(parts[2]) : parts[3] ? 'B' : unit;
  return { value: Math.ceil(Number(((amount * bytesOfUnit[own]) / bytesOfUnit[wanted]).toFixed(6))) };
}

const unitOf = (letter: string) => `${letter.toUpperCase()}iB` as SizeUnit;

/**
 * A number with separators between its thousands. Of one separator before three digits (`1,024`) the file's style says what it
 * is; one before any other number of digits is the decimal one.
 */
function plainNumber(text: string, decimalComma: boolean): number | undefined {
  const compact = text.replace(/[\s'’]/g, '');
  const grouped = /[\s'’]/.test(text);
  if (grouped && !/^\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d+)?$/.test(text)) return undefined;
  const separators = [...compact].filter((character) => character === '.' || character === ',');
  const last = separators.at(-1);
  if (last === undefined) return Number(compact);
  const isOne = separators.length === 1;
  const thousands = decimalComma ? '.' : ',';
  const isGroup = /^[1-9]\d{0,2}[.,]\d{3}$/.test(compact) && !grouped;
  const isDecimal = isOne ? !(isGroup && last === thousands) : separators.some((one) => one !== last);
  const [whole, fraction] = isDecimal
    ? [compact.slice(0, compact.lastIndexOf(last)), compact.slice(compact.lastIndexOf(last) + 1)]
    : [compact, ''];
  if (!/^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$|^\d+$/.test(whole) || (isDecimal && !/^\d+$/.test(fraction)))
    return undefined;
  return Number(`${whole.replace(/[.,]/g, '')}.${fraction || '0'}`);
}

/** Tags in one cell: `app=shop; env=prod`, with `;` or line breaks between them (or commas, where there are none of those), or a JSON object. */
function tagsIn(text: string): CellRead {
  if (text.startsWith('{')) return jsonTags(text);
  const between = /[;\n]/.test(text) ? /[;\r\n]+/ : /,/;
  const tags: [string, string][] = [];
  for (const part of text.split(between)) {
    const pair = part.trim();
    if (pair === '') continue;
    const at = pair.includes('=') ? pair.indexOf('=') : pair.indexOf(':');
    if (at < 1) return { message: `the tag '${shortened(pair)}' has no value`, fix: tagsFix };
    tags.push([pair.slice(0, at).trim(), pair.slice(at + 1).trim()]);
  }
  const twice = tags.find(([key], i) => tags.findIndex(([other]) => other === key) < i);
  if (twice)
    return { message: `the tag '${shortened(twice[0])}' is in this cell twice`, fix: 'keep one of them' };
  return { value: Object.fromEntries(tags) };
}

const tagsFix = "write tags as key=value, with ';' between them";

function jsonTags(text: string): CellRead {
  try {
    const tags = JSON.parse(text) as Record<string, unknown>;
    if (Object.values(tags).every((value) => ['string', 'number', 'boolean'].includes(typeof value)))
      return { value: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])) };
  } catch {
    // Not JSON: told below.
  }
  return { message: 'these tags are no JSON object of texts', fix: tagsFix };
}

const shortened = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
