import type { SizeUnit } from './size-units';

/** What a header of a table means: a field of a server; null: the column is left out. */
export type ColumnRule =
  | string
  | null
  | {
      field: string;
      /** Of sizes without a unit in their cells. */
      unit?: SizeUnit;
      /** Not every version of the export has the column. */
      optional?: boolean;
    };

/** The header that stands for all headers without a rule of their own. */
export const allOthers = '*';

/** A header as it is compared: exports have line breaks, blanks of all kinds and invisible characters in their headers. */
export const headerKey = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const looseKey = (text: string) => headerKey(text).toLowerCase();

/** Finds the rule of a header: null: left out; undefined: the header is a field itself. */
export function ruleOf(
  rules: Readonly<Record<string, ColumnRule>>,
): (header: string) => Exclude<ColumnRule, string> | undefined {
  const exact = new Map(Object.entries(rules).filter(([header]) => header !== allOthers));
  const loose = new Map([...exact].map(([header, rule]) => [looseKey(header), rule]));
  const rest: ColumnRule | undefined = Object.hasOwn(rules, allOthers) ? rules[allOthers] : undefined;
  return (header) => {
    const rule = exact.has(header)
      ? exact.get(header)
      : loose.has(looseKey(header))
        ? loose.get(looseKey(header))
        : rest;
    return typeof rule === 'string' ? { field: rule } : rule;
  };
}

/** The headers of rules that a file must have and has not. */
export function missingHeaders(
  rules: Readonly<Record<string, unknown>>,
  headers: readonly string[],
): string[] {
  const there = new Set(headers.map(looseKey));
  return Object.entries(rules).flatMap(([header, rule]) => {
    const isOptional = (rule as { optional?: unknown } | null)?.optional === true;
    return header === allOthers || isOptional || there.has(looseKey(header)) ? [] : [header];
  });
}
