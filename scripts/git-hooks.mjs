// After `npm ci` in a clone: git takes its hooks from .githooks/. Not in CI, not in a tree without .git or inside another
// repository, and not where git has other hooks already.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = realpathSync(dirname(dirname(fileURLToPath(import.meta.url))));

/** What git says; undefined where it says no, or is not there. */
function git(...args) {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

const top = process.env.CI ? undefined : git('rev-parse', '--show-toplevel');
if (top && realpathSync(top) === root && !git('config', 'core.hooksPath'))
  git('config', 'core.hooksPath', '.githooks');
