import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { trustedRoots } from './trusted-roots';
import { TemporalUnavailable } from './unavailable';

const run = promisify(execFile);

/** The newest version that `go install` can build: Server 1.29.1, UI 2.42.1. */
const cliVersion = 'v1.5.1';

const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'smc-batch');

/** A `temporal` CLI on this machine, and where it was found. */
export interface FoundTemporalCli {
  path: string;
  from: 'TEMPORAL_CLI' | 'PATH' | 'cache';
}

/** Finds a `temporal` CLI on this machine, without download or build. Rejects with {@link TemporalUnavailable} when `TEMPORAL_CLI` is wrong. */
export async function findTemporalCli(): Promise<FoundTemporalCli | undefined> {
  const given = process.env.TEMPORAL_CLI;
  if (given) {
    if (await isExecutable(given)) return { path: given, from: 'TEMPORAL_CLI' };
    throw new TemporalUnavailable(`TEMPORAL_CLI is '${given}', which cannot be run.`);
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'temporal');
    if (folder && (await isExecutable(path))) return { path, from: 'PATH' };
  }
  for (const path of [builtCli(), await downloadedCli()]) {
    if (path && (await isExecutable(path))) return { path, from: 'cache' };
  }
  return undefined;
}

/**
 * The path of a `temporal` CLI: from `TEMPORAL_CLI`, PATH, our cache, the SDK's download, or a build with Go, which takes
 * minutes (`say` is called with that). Rejects with {@link TemporalUnavailable} when all of these fail.
 */
export async function temporalCli(say: (line: string) => void): Promise<string> {
  const found = await findTemporalCli();
  if (found) return found.path;
  await trustExtraAuthorities();
  const tried: string[] = [];
  for (const [way, obtain] of [
    ['the Temporal SDK’s download', download],
    [`go install github.com/temporalio/cli/cmd/temporal@${cliVersion}`, build],
  ] as const) {
    try {
      return await obtain(say);
    } catch (error) {
      tried.push(`${way}: ${String((error as Error).message).split('\n')[0]}`);
    }
  }
  throw new TemporalUnavailable(
    `There is no Temporal CLI on this machine, and none could be obtained (${tried.join('; ')}). ` +
      'Install it (https://docs.temporal.io/cli) so that it is on PATH, or set TEMPORAL_CLI to its path, or install Go 1.24 or newer.',
  );
}

/** The SDK's download and Go read the authorities they trust from `SSL_CERT_FILE`, and know no `NODE_EXTRA_CA_CERTS`. */
async function trustExtraAuthorities(): Promise<void> {
  const roots = trustedRoots();
  if (!roots) return;
  const file = join(cacheFolder(), 'trusted-roots.pem');
  await mkdir(cacheFolder(), { recursive: true });
  await writeFile(file, roots);
  process.env.SSL_CERT_FILE = file;
}

const builtCli = () => join(cacheFolder(), `temporal-${cliVersion}`, 'temporal');

const downloadFolder = () => join(cacheFolder(), 'download');

async function downloadedCli(): Promise<string | undefined> {
  const names = await readdir(downloadFolder()).catch((): string[] => []);
  const name = names.find((one) => one.startsWith('temporal-sdk-'));
  return name && join(downloadFolder(), name);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Downloads the CLI by the SDK, which downloads only what it starts: so the server is started once, and stopped. */
async function download(say: (line: string) => void): Promise<string> {
  await mkdir(downloadFolder(), { recursive: true });
  say('Downloading the Temporal CLI …');
  // The SDK would connect to this server on loopback through the proxy of the environment.
  process.env.no_grpc_proxy ??= '127.0.0.1,localhost';
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const server = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: downloadFolder(), ttl: '365 days' } },
  });
  await server.teardown();
  const path = await downloadedCli();
  if (!path) throw new Error('it left no file');
  return path;
}

/** Builds the CLI in a folder of its own, then moves it to its place: an interrupted build leaves no broken file. */
async function build(say: (line: string) => void): Promise<string> {
  const cached = builtCli();
  await run('go', ['version']);
  say(`Building the Temporal CLI ${cliVersion} with Go: once, 3 to 5 minutes …`);
  await mkdir(join(cached, '..'), { recursive: true });
  const bin = await mkdtemp(join(cacheFolder(), 'build-'));
  const started = Date.now();
  const still = setInterval(
    () => say(`… still building, ${Math.round((Date.now() - started) / 1000)} s`),
    30_000,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      const go = spawn('go', ['install', `github.com/temporalio/cli/cmd/temporal@${cliVersion}`], {
        env: { ...process.env, GOBIN: bin },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      go.stderr.on('data', (chunk) => {
        said = `${said}${chunk}`.slice(-2_000);
      });
      go.once('error', reject);
      go.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(said.trim().split('\n').at(-1)))));
    });
    await rename(join(bin, 'temporal'), cached);
    return cached;
  } finally {
    clearInterval(still);
    await rm(bin, { recursive: true, force: true });
  }
}
