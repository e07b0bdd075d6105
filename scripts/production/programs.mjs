// The programs that a test of production needs: PostgreSQL from the machine, Temporal's server and its schema tool from their
// Go module, built once.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The folder of `initdb` and `postgres`: Debian keeps them out of PATH. Throws with what to install. */
export function postgresFolder() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const found = folders.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
  if (found) return found;
  throw new Error(
    'PostgreSQL is not on this machine. Install it: sudo apt-get install --no-install-recommends postgresql',
  );
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package has made. */
export function postgresUser() {
  if (process.getuid() !== 0) return undefined;
  try {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    throw new Error(
      'PostgreSQL does not run as root, and there is no user postgres: run this as another user.',
    );
  }
}

/** Temporal's server and SQL schema tool of this version; `say` is called while they are built. */
export async function temporalPrograms(version, { say, signal }) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'smc-batch');
  const folder = join(cache, `temporal-server-v${version}`);
  const programs = { server: join(folder, 'server'), sqlTool: join(folder, 'sql') };
  if (existsSync(programs.server) && existsSync(programs.sqlTool)) return programs;
  say(`Building Temporal's server and schema tool v${version} with Go: once, minutes …`);
  mkdirSync(cache, { recursive: true });
  // In a folder of its own, then moved: an interrupted build leaves no broken file.
  const building = mkdtempSync(join(cache, 'build-'));
  try {
    const packages = ['cmd/server', 'cmd/tools/sql'].map(
      (path) => `go.temporal.io/server/${path}@v${version}`,
    );
    await goInstall(packages, building, signal);
    rmSync(folder, { recursive: true, force: true });
    renameSync(building, folder);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return programs;
}

function goInstall(packages, folder, signal) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, GOBIN: folder };
    const go = spawn('go', ['install', ...packages], { env, signal, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    go.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    go.once('error', (error) =>
      reject(error.code === 'ENOENT' ? new Error('Go is not on this machine: https://go.dev/dl/') : error),
    );
    go.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`go install failed: ${said}`))));
  });
}
