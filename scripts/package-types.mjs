// Writes the declarations of the package into dist/types: those of its entry points, and what they refer to.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const types = join(root, 'dist', 'types');
const require = createRequire(import.meta.url);

rmSync(types, { recursive: true, force: true });
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const wanted = new Set();
const open = Object.values(exports).flatMap(({ types: entry }) => (entry ? [join(root, entry)] : []));
for (const file of open) {
  if (wanted.has(file)) continue;
  wanted.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]*)['"]/g)) {
    const target = resolve(dirname(file), specifier.replace(/\.js$/, ''));
    open.push([`${target}.d.ts`, join(target, 'index.d.ts')].find((path) => existsSync(path)));
  }
}
for (const name of readdirSync(types, { recursive: true })) {
  const path = join(types, name);
  if (name.endsWith('.d.ts') && !wanted.has(path)) rmSync(path);
}
