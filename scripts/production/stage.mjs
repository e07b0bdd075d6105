// The pieces of docker-compose.yml as processes on loopback: PostgreSQL, Temporal, workers, and simulated accounts. All of them
// end with this process, whatever way it ends.
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { composeServices, envFile, environmentOf, tagOf } from './compose.mjs';
import { postgresFolder, postgresUser, temporalPrograms } from './programs.mjs';

/** Brings it up, runs the work with it, and ends it all. */
export async function onStage(root, options, work) {
  const ends = [];
  try {
    const stage = await untilAborted(raised(root, options, ends), options.signal);
    return await untilAborted(work(stage), options.signal);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function raised(root, { say, signal }, ends) {
  const require = createRequire(join(root, 'dist', 'of-the-build'));
  const { connectClient, freePort, startOwnProcess, temporalCli } = require('./src/temporal/index.js');
  const { startSimulator } = require('./src/simulator/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'smc-batch-production-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const password = randomBytes(24).toString('hex');
  const services = composeServices(root, { POSTGRES_PASSWORD: password });
  const outer = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ALIBABA_CLOUD|TEMPORAL|SMC|SQL|POSTGRES|PG)_?/.test(name),
    ),
  );
  const start = (file, args, env) => {
    signal.throwIfAborted();
    const child = startOwnProcess(file, args, { ...outer, ...env });
    ends.push(() => child.stop(10_000));
    return child;
  };
  const until = async (what, child, isSo) => {
    const late = Date.now() + 300_000;
    while (!(await isSo())) {
      signal.throwIfAborted();
      if (child?.hasEnded()) throw new Error(`${what} ended ${await child.ended}: ${child.said()}`);
      if (Date.now() > late) throw new Error(`${what}: not within 5 minutes. ${child?.said() ?? ''}`);
      await sleep(100);
    }
  };

  const bin = postgresFolder();
  const user = postgresUser();
  const database = { folder: join(folder, 'postgresql'), port: await freePort() };
  /** As its own user where this is root. */
  const asUser = (file, args) =>
    user
      ? ['setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', file, ...args]]
      : [file, args];

  async function startPostgresql() {
    const args = ['-D', database.folder, '-p', String(database.port), '-c', 'listen_addresses=127.0.0.1'];
    const child = start(
      ...asUser(join(bin, 'postgres'), [...args, '-c', `unix_socket_directories=${database.folder}`]),
    );
    // The health check of docker-compose.yml.
    const [, isReady, ...check] = services.postgresql.healthcheck.test;
    await until('PostgreSQL', child, () =>
      promisify(execFile)(join(bin, isReady), [...check, '--port', String(database.port)]).then(
        () => true,
        () => false,
      ),
    );
    return child;
  }

  async function makeDatabase() {
    chmodSync(folder, 0o711);
    mkdirSync(database.folder, { mode: 0o700 });
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user) for (const path of [database.folder, passwordFile]) chownSync(path, user.uid, user.gid);
    const { POSTGRES_USER } = environmentOf(services.postgresql);
    const how = ['--username', POSTGRES_USER, '--auth', 'scram-sha-256', '--pwfile', passwordFile];
    const [file, args] = asUser(join(bin, 'initdb'), [
      '--pgdata',
      database.folder,
      '--encoding',
      'UTF8',
      ...how,
    ]);
    execFileSync(file, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...outer, LC_ALL: 'C.UTF-8' },
      cwd: '/',
    });
  }

  const version = tagOf(services.temporal);
  const programs = await temporalPrograms(version, { say, signal });
  const tools = join(folder, 'tools');
  mkdirSync(tools);
  symlinkSync(programs.sqlTool, join(tools, 'temporal-sql-tool'));
  symlinkSync(await temporalCli(say), join(tools, 'temporal'));
  const path = `${tools}:${process.env.PATH}`;
  /** A script of deploy/compose, as its service runs it. */
  const runScript = async (name, env) => {
    const script = services[name].entrypoint.at(-1).replace('/deploy/', '');
    const environment = { ...outer, ...environmentOf(services[name]), ...env, PATH: path };
    await promisify(execFile)('/bin/sh', [join(root, 'deploy', 'compose', script)], {
      env: environment,
      signal,
      timeout: 300_000,
    }).catch((error) => {
      throw new Error(`${script}: ${error.stderr || error.message}`);
    });
  };

  const ports = Object.fromEntries(
    await Promise.all(portsOfTemporal.map(async (name, nth) => [name, String(await lowPort(nth))])),
  );
  const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT}`;
  const { TEMPORAL_NAMESPACE: namespace } = environmentOf(services['temporal-namespace']);

  async function startTemporal() {
    // Its log goes to stdout; the end of stderr is what is told of a process that has failed.
    const logged = ['-c', 'exec "$0" "$@" >&2', programs.server, '--allow-no-auth', 'start'];
    const child = start('/bin/sh', logged, {
      ...environmentOf(services.temporal),
      ...ports,
      POSTGRES_SEEDS: '127.0.0.1',
      DB_PORT: String(database.port),
      BIND_ON_IP: '127.0.0.1',
      DYNAMIC_CONFIG_FILE_PATH: join(root, 'deploy', 'compose', 'temporal-dynamic-config.yaml'),
      PROMETHEUS_ENDPOINT: `127.0.0.1:${await freePort()}`,
    });
    await until('Temporal', child, () =>
      promisify(execFile)(join(tools, 'temporal'), ['operator', 'cluster', 'health', '--address', address], {
        timeout: 5_000,
        env: outer,
      }).then(
        () => true,
        () => false,
      ),
    );
    return child;
  }

  await makeDatabase();
  const postgresql = await startPostgresql();
  say(`PostgreSQL ${execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim()} runs.`);
  await runScript('temporal-schema', { SQL_HOST: '127.0.0.1', SQL_PORT: String(database.port) });
  const temporal = await startTemporal();
  await runScript('temporal-namespace', { TEMPORAL_ADDRESS: address, HOME: folder });
  const client = await connectClient({ address, namespace, connectionOptions: { address } });
  ends.push(() => client.connection.close());
  say(`Temporal ${version} runs at ${address}.`);

  return {
    root,
    folder,
    signal,
    say,
    client,
    namespace,
    temporalVersion: version,
    until,
    postgresql,
    temporal,
    startPostgresql,
    startTemporal,
    cli: (...args) =>
      promisify(execFile)(
        join(tools, 'temporal'),
        [...args, '--address', address, '--namespace', namespace],
        {
          env: outer,
          signal,
        },
      ),
    /** A simulated account with a task queue of its own; `quota` and `speed` as the simulator has them. */
    async account(name, options) {
      const simulator = await startSimulator({ ...options, seed: name });
      ends.push(() => simulator.close());
      const env = {
        ...envFile(root, services.simulator.env_file[0]),
        ...environmentOf(services.worker),
        SMC_ENDPOINT: simulator.endpoint,
        SMC_TASK_QUEUE: name,
        TEMPORAL_ADDRESS: address,
      };
      return { name, simulator, env };
    },
    /** `smc-batch worker`, ready; from another build where `from` names its folder. */
    async startWorker(account, { env = {}, from = root } = {}) {
      const health = `127.0.0.1:${await freePort()}`;
      const child = start(process.execPath, [join(from, 'dist', 'src', 'cli.js'), 'worker'], {
        ...account.env,
        ...env,
        SMC_METRICS_ADDRESS: health,
      });
      await until('A worker', child, () =>
        fetch(`http://${health}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      return child;
    },
    /** `smc-batch` with the account's settings; gives what it printed. */
    async smcBatch(account, ...args) {
      const env = { ...outer, ...account.env, NO_COLOR: '1' };
      const command = [join(root, 'dist', 'src', 'cli.js'), ...args];
      return promisify(execFile)(process.execPath, command, { env, signal });
    },
  };
}

/** Temporal's schema keeps a port in a smallint: one that is free, below 32,768, and of nobody else's part of the range. */
async function lowPort(nth) {
  for (;;) {
    const port = 15_000 + 1_000 * nth + Math.floor(1_000 * Math.random());
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

const portsOfTemporal = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER']
  .flatMap((service) => [`${service}_GRPC_PORT`, `${service}_MEMBERSHIP_PORT`])
  .concat('FRONTEND_HTTP_PORT');

function untilAborted(work, signal) {
  // What is under way when the stage is cleared away fails unheard.
  work.catch(() => undefined);
  const aborted = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
