// Packs the package as it would be published, and checks it: what is in it, its exports (publint), its types as every kind of
// resolution finds them (are-the-types-wrong), and the example of examples/library compiled against it.
//   node scripts/package-check.mjs [FOLDER]    leaves it unpacked, and the compiled example, in a folder below node_modules
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { x as unpack } from 'tar';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const [kept] = process.argv.slice(2);
// Below node_modules: there the unpacked package finds what it depends on.
const folder = resolve(kept ?? join(root, 'node_modules', '.cache', `package-check-${process.pid}`));
const problems = [];

function pack() {
  execFileSync(process.execPath, [join(root, 'scripts', 'package-types.mjs')], { stdio: 'inherit' });
  mkdirSync(folder, { recursive: true });
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }));
  return { files: packed.files.map(({ path }) => path), tarball: join(folder, packed.filename) };
}

/** What a user of the package runs or reads. */
const belongs = [
  /^(package\.json|LICENSE|CHANGELOG\.md|README(\.[\w-]+)?\.md)$/,
  /^dist\/(src|workflows|activities)\/[\w./-]+\.js$/,
  /^dist\/types\/[\w./-]+\.d\.ts$/,
  /^dist\/workflow-bundle\.js$/,
  /^docs\/[\w./-]+\.(md|json)$/,
  /^examples\/[\w./-]+\.(yaml|csv|ts|md)$/,
];

function checkFiles(files) {
  for (const file of files)
    if (!belongs.some((pattern) => pattern.test(file)))
      problems.push(`${file} does not belong into the package`);
}

async function checkExports(pkgDir) {
  const { messages, pkg } = await publint({ pkgDir, pack: false, level: 'suggestion', strict: true });
  for (const message of messages) problems.push(`publint: ${formatMessage(message, pkg)}`);
}

async function checkTypes(tarball) {
  const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  if (!checked.types) problems.push('are-the-types-wrong: the package has no types');
  for (const problem of checked.problems ?? [])
    problems.push(`are-the-types-wrong: ${JSON.stringify(problem)}`);
}

const common = { target: 'es2022', lib: ['es2023'], strict: true, types: ['node'], skipLibCheck: false };
const consumers = {
  commonjs: { module: 'nodenext', moduleResolution: 'nodenext' },
  module: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

/** Every entry by name, and the example. */
function compileConsumers(entries) {
  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}';`);
  const text = [...imports, `export const names = [${entries.map((_, i) => `entry${i}`)}].map(Object.keys);`];
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  for (const [name, compilerOptions] of Object.entries(consumers)) {
    const at = join(folder, name);
    mkdirSync(at, { recursive: true });
    cpSync(join(root, 'examples', 'library'), at, { recursive: true });
    const type = name === 'commonjs' ? 'commonjs' : 'module';
    writeFileSync(join(at, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(at, 'entries.ts'), `${text.join('\n')}\n`);
    // Temporal's own declarations name a package that has none for every kind of resolution.
    writeFileSync(join(at, 'others.d.ts'), "declare module 'ms' { export type StringValue = string; }\n");
    writeFileSync(
      join(at, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...common, ...compilerOptions } }),
    );
    try {
      execFileSync(process.execPath, [tsc, '-p', at], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      problems.push(`types of a program (${name}): ${error.stdout}`);
    }
  }
}

try {
  const { files, tarball } = pack();
  checkFiles(files);
  const pkgDir = join(folder, 'node_modules', 'smc-batch');
  mkdirSync(pkgDir, { recursive: true });
  await unpack({ file: tarball, cwd: pkgDir, strip: 1 });
  await checkExports(pkgDir);
  await checkTypes(tarball);
  const { exports } = JSON.parse(readFileSync(join(pkgDir, 'package.json'), 'utf8'));
  compileConsumers(
    Object.keys(exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => join('smc-batch', entry)),
  );
  for (const problem of problems) console.error(problem);
  console.log(`${files.length} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  if (!kept) rmSync(folder, { recursive: true, force: true });
}
