import type { z } from 'zod';
import { didYouMean } from '../../text/did-you-mean';
import type { PlanProblem } from '../problem';
import { fieldsOf, kindsOf, schemaAt } from '../schema/schema-shape';
import type { CsvCell } from './csv-text';
import { type ColumnRule, headerKey, ruleOf } from './header-rules';
import type { SizeUnit } from './size-units';
import { problemAt } from './source-file';

/** A column of a servers CSV: its cells are values of one field of a server. Positions in lists count from 1, as in the API. */
export interface CsvColumn {
  header: CsvCell;
  path: (string | number)[];
  schema: z.core.$ZodType;
  /** Of a size without a unit in its cell; default: the field's own. */
  unit?: SizeUnit;
}

/**
 * The columns of a header row; `undefined` for a column that is left out. `rules` say what headers mean that are no fields.
 * A mistyped header is a problem. It is read as the field that it most likely means, so that it hides no other problem.
 */
export function csvColumns(
  headers: CsvCell[],
  schema: z.core.$ZodType,
  rules: Readonly<Record<string, ColumnRule>>,
): { columns: (CsvColumn | undefined)[]; problems: PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const taken: { header: CsvCell; path: (string | number)[] }[] = [];
  const ruleFor = ruleOf(rules);
  const columns = headers.map((header): CsvColumn | undefined => {
    const rule = ruleFor(header.text);
    if (rule === null) return undefined;
    const { field = headerKey(header.text), unit } = rule ?? {};
    if (field === '') return undefined;
    const complain = (message: string, fix?: string) =>
      problems.push(problemAt(header, { code: 'csv-header', message, ...(fix ? { fix } : {}) }));
    const found = columnPath(field, schema);
    if ('message' in found) complain(found.message, found.fix);
    const path = 'message' in found ? found.meant : found.path;
    if (!path) return undefined;
    const clash = taken.find(({ path: other }) =>
      other.every((step, i) => step === path[i] || i >= path.length),
    );
    if (clash && !foundBy.has(field)) {
      complain(`the columns '${clash.header.text}' and '${header.text}' are the same field`);
      return undefined;
    }
    taken.push({ header, path });
    return { header, path, schema: schemaAt(schema, path)!, ...(unit && { unit }) };
  });
  return { columns, problems };
}

/** What an import looks for sources by: a file may have several columns of each. */
const foundBy = new Set(['hostName', 'ip']);

type ColumnPath =
  | { path: (string | number)[] }
  | { message: string; fix: string; meant?: (string | number)[] };

/** `dataDisks[1].size` → `['dataDisks', 1, 'size']`; undefined when the schema has no such field. */
function columnPath(field: string, schema: z.core.$ZodType): ColumnPath {
  const path: (string | number)[] = [];
  let rest = field;
  let typo: { message: string; fix: string } | undefined;
  while (rest !== '') {
    const here = schemaAt(schema, path);
    const kinds = kindsOf(here);
    const fields = Object.keys(fieldsOf(here));
    const key = /^\.?([^.[\]]+)/.exec(rest);
    const index = /^\[([1-9]\d*)\]/.exec(rest);
    if (foundBy.has(field) && !fields.includes(field)) return onlyImported(field);
    if (kinds.has('record') && rest.startsWith('.') && rest.length > 1) {
      path.push(rest.slice(1));
      rest = '';
    } else if (kinds.has('array') && index) {
      path.push(Number(index[1]));
      rest = rest.slice(index[0].length);
    } else if (fields.length > 0 && key) {
      const name = key[1]!;
      const known = fields.includes(name) ? name : didYouMean(name, fields);
      if (known !== name) {
        typo = {
          message: `the column '${field}' is no field of a server`,
          fix: known
            ? `did you mean ${[...path, known].join('.')}?`
            : `rename it, or name it in the plan: servers: { csv: …, columns: { "${field}": <a field, or null to leave it out> } }`,
        };
      }
      if (known === undefined) return typo!;
      path.push(known);
      rest = rest.slice(key[0].length);
    } else {
      return {
        message: `the column '${field}' is no field of a server`,
        fix: 'nested fields look like tags.app and dataDisks[1].size',
      };
    }
  }
  if (typo) return { ...typo, meant: path };
  if (path.length === 1 && path[0] === 'tags') return { path: ['tags', ''] };
  return holdsOneCell(schemaAt(schema, path)) ? { path } : { ...needsParts(field, schemaAt(schema, path)) };
}

const onlyImported = (field: string): ColumnPath => ({
  message: `a plan finds its sources by sourceId or sourceName, not by ${field}`,
  fix: 'smc-batch import looks the sources up by host name and address, and writes a plan with their ids',
});

/** Whether one cell can hold the field: a text, a number, a boolean or a list of texts. */
function holdsOneCell(schema: z.core.$ZodType | undefined): boolean {
  const kinds = kindsOf(schema);
  if (kinds.has('array')) return kindsOf(schemaAt(schema!, [0])).has('string');
  return ['string', 'number', 'boolean'].some((kind) => kinds.has(kind));
}

function needsParts(field: string, schema: z.core.$ZodType | undefined): { message: string; fix: string } {
  const array = kindsOf(schema).has('array');
  const inner = Object.keys(fieldsOf(array ? schemaAt(schema!, [0]) : schema))[0] ?? 'app';
  return {
    message: `the column '${field}' would hold more than one value`,
    fix: `use a column for each, like ${field}${array ? '[1]' : ''}.${inner}`,
  };
}
