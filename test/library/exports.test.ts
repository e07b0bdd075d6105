import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { packageRoot } from '../../src/temporal';

interface Entry {
  types: string;
  default: string;
}

const root = packageRoot();
const { exports, typesVersions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, Entry | string>;
  typesVersions: { '*': Record<string, string[]> };
};
const entries = Object.entries(exports).filter(
  (entry): entry is [string, Entry] => typeof entry[1] !== 'string',
);
const sourceOf = ({ default: file }: Entry) =>
  join(root, file.replace('./dist/', '').replace(/\.js$/, '.ts'));

/** The names that a module exports, types with `type` before them. */
function exportedNames(file: string): string[] {
  const { body } = parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript' });
  return body
    .flatMap((item) => {
      if (item.type === 'ExportNamedDeclaration')
        return item.specifiers.flatMap((one) => {
          if (one.type !== 'ExportSpecifier') throw new Error(`${file}: each export is named`);
          const name = (one.exported ?? one.orig).value;
          return [item.typeOnly || one.isTypeOnly ? `type ${name}` : name];
        });
      if (item.type === 'ExportAllDeclaration') throw new Error(`${file}: each export is named`);
      if (item.type !== 'ExportDeclaration') return [];
      const { declaration } = item;
      if (declaration.type === 'TsInterfaceDeclaration') return [`type ${declaration.id.value}`];
      if (declaration.type === 'FunctionDeclaration') return [declaration.identifier.value];
      if (declaration.type !== 'VariableDeclaration') throw new Error(`${file}: ${declaration.type}`);
      return declaration.declarations.map(({ id }) => (id as { value: string }).value);
    })
    .sort();
}

test('what the package exports is what it always did, and as documented (UPDATE_GOLDEN=1 rewrites the list)', () => {
  const lines = entries.flatMap(([entry, files]) => [
    join('smc-batch', entry),
    ...exportedNames(sourceOf(files)).map((name) => `  ${name}`),
  ]);
  const text = `${lines.join('\n')}\n`;
  const golden = join(__dirname, 'exports.txt');
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, 'utf8'));
});

test.each(entries)('%s has what its list says when it is loaded', async (_entry, files) => {
  const loaded = (await import(sourceOf(files))) as object;
  const values = exportedNames(sourceOf(files)).filter((name) => !name.startsWith('type '));
  expect(Object.keys(loaded).sort()).toEqual(values);
});

test('each entry is found by the older resolution of types, too', () => {
  const older = entries
    .filter(([entry]) => entry !== '.')
    .map(([entry, { types }]) => [entry.slice(2), [types]]);
  expect(typesVersions['*']).toEqual(Object.fromEntries(older));
  for (const [, files] of entries) expect(existsSync(sourceOf(files))).toBe(true);
});

test("the library's page shows the example as it is", () => {
  const page = readFileSync(join(root, 'docs', 'library.md'), 'utf8');
  expect(page).toContain(readFileSync(join(root, 'examples', 'library', 'migrate.ts'), 'utf8'));
});
