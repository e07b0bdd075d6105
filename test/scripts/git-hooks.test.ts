import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../../scripts/git-hooks.mjs');
const folder = mkdtempSync(join(tmpdir(), 'smc-batch-hooks-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Alone with its own settings, whatever the developer's git has.
const { CI: _, ...own } = process.env;
const env = { ...own, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_DIR: undefined };

/** A tree with the script in it, as `npm ci` finds it. */
function aTree(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'scripts'), { recursive: true });
  copyFileSync(script, join(root, 'scripts', 'git-hooks.mjs'));
  return root;
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
const hooksOf = (root: string) => git(root, 'config', '--default', '', 'core.hooksPath');

/** As npm runs it; gives what it prints. */
const prepare = (root: string, more: NodeJS.ProcessEnv = {}) =>
  execFileSync(process.execPath, ['scripts/git-hooks.mjs'], {
    cwd: root,
    env: { ...env, ...more },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

test('a clone takes its hooks from the repository', () => {
  const root = aTree('clone');
  git(root, 'init', '-q');
  expect(prepare(root)).toBe('');
  expect(hooksOf(root)).toBe('.githooks');
});

test('hooks that a developer has set stay', () => {
  const root = aTree('own-hooks');
  git(root, 'init', '-q');
  git(root, 'config', 'core.hooksPath', 'my-hooks');
  prepare(root);
  expect(hooksOf(root)).toBe('my-hooks');
});

test('CI keeps git as it is', () => {
  const root = aTree('ci');
  git(root, 'init', '-q');
  prepare(root, { CI: 'true' });
  expect(hooksOf(root)).toBe('');
});

test('a tree without git can be installed', () => {
  expect(prepare(aTree('no-git'))).toBe('');
  expect(prepare(aTree('no-git-program'), { PATH: '' })).toBe('');
});

test("inside another project's repository that one is left alone", () => {
  const outer = join(folder, 'outer');
  const root = aTree('outer/node_modules/smc-batch');
  git(outer, 'init', '-q');
  prepare(root);
  expect(hooksOf(outer)).toBe('');
});
