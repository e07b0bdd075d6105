import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  claimData,
  type DevServerOptions,
  installWorkerLog,
  startDevServer,
  workerSettings,
} from '../temporal';
import { CommandFailure } from '../terminal/failure';
import { interruptSignal } from '../terminal/interrupt';
import { sayAside } from '../terminal/output';
import { runWorker } from './worker';

/** A TCP port from the command line. */
export function portArgument(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

const defaultDbFilename = () =>
  join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'smc-batch', 'temporal.db');

/** `dev`: a local Temporal server, kept in a file, and a worker. */
export function devCommand(): Command {
  return new Command('dev')
    .summary('run a local Temporal server and a worker')
    .description(
      'run a local Temporal server, kept in a file, and a worker: enough for a real migration from a laptop',
    )
    .option('--port <port>', "the Temporal server's port", portArgument, 7233)
    .option('--ui-port <port>', "the Temporal UI's port (default: the server's port + 1000)", portArgument)
    .addOption(
      new Option('--db-filename <file>', 'where the server keeps its data').default(
        defaultDbFilename(),
        '~/.local/share/smc-batch/temporal.db',
      ),
    )
    .addHelpText(
      'after',
      `
It needs the settings of 'smc-batch worker', and a Temporal CLI: TEMPORAL_CLI, one on PATH, or one it obtains itself.
Everything it starts ends with it: on SIGINT, SIGTERM or a closed terminal in good order, and also when it is killed.
Batches go on where they were at the next start. One dev at a time works on the same data.

Examples:
  smc-batch dev &
  smc-batch apply batch.yaml --watch
  setsid smc-batch dev >dev.log 2>&1    stays when the terminal is closed

Exit codes: 0 ended by a signal, 1 it cannot start.`,
    )
    .action(async (options: { port: number; uiPort?: number; dbFilename: string }) => {
      const interrupt = interruptSignal();
      const say = sayAside;
      const smc = workerSettings();
      installWorkerLog();
      try {
        mkdirSync(dirname(options.dbFilename), { recursive: true });
      } catch (error) {
        throw new CommandFailure(`There is no place for the server's data: ${(error as Error).message}`);
      }
      const serverOptions = {
        port: options.port,
        uiPort: options.uiPort ?? options.port + 1000,
        dbFilename: options.dbFilename,
        say,
      };
      const claim = await claimData(options.dbFilename, serverOptions, say);
      const server = await startKeptServer({ ...serverOptions, onProcess: claim.serverStarted }).catch(
        (error) => {
          claim.release();
          throw error;
        },
      );
      try {
        say(`Temporal server: ${server.address}, UI: ${server.uiUrl}, data: ${options.dbFilename}`);
        const { address } = server;
        const temporal = { address, namespace: 'default', connectionOptions: { address } };
        const gone = new AbortController();
        const signal = AbortSignal.any([interrupt.signal, gone.signal]);
        const worker = runWorker(temporal, smc, signal, say);
        await Promise.race([worker, server.gone.finally(() => gone.abort())]);
        await worker;
      } finally {
        await server.stop();
        claim.release();
        interrupt.dispose();
        // A worker whose server has died may wait for it for ever.
        setTimeout(() => process.exit(), workerPatienceMs).unref();
      }
    });
}

const workerPatienceMs = 10_000;

/** A server that dies sooner than this after its start would only die again. */
const shortLifeMs = 10_000;

/**
 * A local server that is started again when it dies: its data is in a file, so batches go on where they were. `gone`
 * rejects when that does not help.
 */
async function startKeptServer(options: DevServerOptions) {
  let current = startDevServer(options);
  let isStopped = false;
  const { address, uiUrl } = await current;
  const keep = async (): Promise<never> => {
    for (;;) {
      const server = await current;
      const startedAt = Date.now();
      const how = await server.ended;
      if (isStopped) return new Promise(() => {});
      if (Date.now() - startedAt < shortLifeMs)
        throw new CommandFailure(
          `The Temporal server ended ${how}. Batches go on where they were at the next start of smc-batch dev.`,
        );
      options.say(`The Temporal server ended ${how}: it is started again.`);
      current = startDevServer(options);
    }
  };
  return {
    address,
    uiUrl,
    gone: keep(),
    async stop() {
      isStopped = true;
      const server = await current.catch(() => undefined);
      await server?.stop();
    },
  };
}
