import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { DevOptions } from '../actions/machine/dev';

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
Everything that it starts ends with it: on SIGINT, on SIGTERM, when the terminal closes, and when it is killed.
At the next start batches go on where they were. Only one dev at a time works on the same data.
It prints lines to paste into another shell, whose commands then find it: needed with --port, --ui-port or a simulator.

Examples:
  smc-batch dev &
  smc-batch apply batch.yaml --watch
  setsid smc-batch dev >dev.log 2>&1    stays when the terminal is closed

Exit codes: 0 ended by a signal, 1 it cannot start.`,
    )
    .action(async (options: DevOptions) => (await import('../actions/machine/dev.js')).dev(options));
}

/** A TCP port from the command line. */
function portArgument(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

const defaultDbFilename = () =>
  join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'smc-batch', 'temporal.db');
