// Compiles the TypeScript, and bundles the workflows once so that no worker has to do it at its start.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const dist = join(root, 'dist');
const bundleFile = join(dist, 'workflow-bundle.js');
const stampFile = join(dist, 'workflow-bundle.stamp');

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
chmodSync(join(dist, 'src', 'cli.js'), 0o755);

// What was compiled from a file that is gone would be found before a folder of the same name. Declarations are the package's
// alone: scripts/package-types.mjs.
for (const folder of ['activities', 'bench', 'src', 'workflows']) {
  for (const name of readdirSync(join(dist, folder), { recursive: true })) {
    const source = /^(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(name)?.[1];
    if (source && (!existsSync(join(root, folder, `${source}.ts`)) || name.endsWith('.d.ts')))
      rmSync(join(dist, folder, name));
  }
}

// The bundle takes seconds: it is made again only when something that may be in it, or the SDK, has changed.
const workflows = join(dist, 'workflows');
const sources = ['workflows', 'src']
  .flatMap((folder) => readdirSync(join(dist, folder), { recursive: true }).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.js'))
  .sort();
const hash = createHash('sha256').update(require('@temporalio/worker/package.json').version);
for (const name of sources) hash.update(name).update(readFileSync(join(dist, name)));
const stamp = hash.digest('hex');
if (!existsSync(bundleFile) || !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  rmSync(stampFile, { force: true });
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(workflows, 'index.js'),
    workflowInterceptorModules: [join(workflows, 'early-events.js')],
    logger: new DefaultLogger('WARN'),
  });
  // For the "call stack" of Temporal's UI the SDK takes the stack of each promise: that was half of all processor time of the
  // workflows. One line of an error's stack is left: where it was thrown. The workflows themselves cannot set it.
  writeFileSync(bundleFile, `Error.stackTraceLimit = 1;${code}`);
  writeFileSync(stampFile, stamp);
}
