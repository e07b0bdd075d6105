import { z } from 'zod';
import { allOthers } from '../files/header-rules';
import { sizeUnits } from '../files/size-units';
import { tableEncodings } from '../files/text-encoding';

const columnRule = z.union(
  [
    z.string(),
    z.null(),
    z.strictObject({
      field: z.string().meta({ description: 'The field of a server.' }),
      unit: z
        .enum(sizeUnits)
        .optional()
        .meta({ description: 'Unit of sizes whose cells have none. Default: that of the field.' }),
      optional: z
        .boolean()
        .optional()
        .meta({ description: 'true: the file may lack this column, as another version of the export does.' }),
    }),
  ],
  "a field, null, or { field, unit, optional }, with the unit 'GiB', 'MiB', …",
);

const cellText = z
  .union([z.string(), z.number(), z.boolean()], 'a text, a number or true/false')
  .transform(String);

/** How a table is read, in a plan and in the map of an import. */
export const tableFields = {
  columns: z
    .record(z.string(), columnRule)
    .refine(
      (rules) => (rules[allOthers] ?? null) === null,
      `'${allOthers}' stands for all other columns, which can only be left out: null`,
    )
    .optional()
    .meta({
      description:
        'Header to field, for headers that are no plan fields; null: the column is left out; "*": null: all other columns are.',
      examples: [
        { Hostname: 'sourceName', 'Disk 1 MB': { field: 'systemDiskSize', unit: 'MiB' }, '*': null },
      ],
    }),
  rows: z
    .record(
      z.string(),
      z.union([cellText.transform((text) => [text]), z.array(cellText)], 'a text, or a list of texts'),
    )
    .optional()
    .meta({
      description: 'Header to text, or texts: only rows with one of them in that column count.',
      examples: [{ Powerstate: 'poweredOn' }],
    }),
  encoding: z
    .enum(tableEncodings)
    .optional()
    .meta({ description: 'Of the CSV. Default: UTF-8, UTF-16 or GB18030, as its bytes show.' }),
};
