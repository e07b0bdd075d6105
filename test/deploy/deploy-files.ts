import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse, parseAllDocuments } from 'yaml';

export const root = join(__dirname, '..', '..');

export const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The value of a YAML file with one document; merge keys and anchors are carried out. */
export const yamlOf = (path: string) => parse(textOf(path), { merge: true });

/** The values of all YAML documents of a file. */
export const documentsOf = (path: string) =>
  parseAllDocuments(textOf(path), { merge: true }).map((document) => document.toJS());

/** The files of a folder and of all below it, relative to the root of the repository. */
export const filesBelow = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

/** What a schema of `schemas/` finds wrong with a value; `definition` names one of its definitions. */
export function schemaFindings(file: string, value: unknown, definition?: string): string[] {
  const validate = schemaOf(file).getSchema(definition ? `${file}#/$defs/${definition}` : file);
  if (!validate) throw new Error(`${file} has no definition ${definition}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

const compiled = new Map<string, Ajv>();

function schemaOf(file: string): Ajv {
  const known = compiled.get(file);
  if (known) return known;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(JSON.parse(textOf(`test/deploy/schemas/${file}`)), file);
  compiled.set(file, ajv);
  return ajv;
}

/** `image` has a tag of its own, with digits: neither none nor `latest`. */
export const isPinned = (image: string) => /:[^/]*\d[^/]*$/.test(image) && !/:latest\b/.test(image);
