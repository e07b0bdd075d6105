#!/usr/bin/env node
import { homedir } from 'node:os';
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { SmcBatchError } from './batch-client/batch-error';
import { program } from './program';
import { TemporalUnavailable } from './temporal/unavailable';
import { CommandFailure, exitCodeOf, exitCodes } from './terminal/failure';
import { sayAside } from './terminal/output';

/** As a container runtime has it: the SDKs and what we start ask for it, too, where a uid has no entry in passwd. */
function ensureHome(): void {
  if (process.env.HOME) return;
  delete process.env.HOME;
  try {
    process.env.HOME = homedir();
  } catch {
    process.env.HOME = '/';
  }
}

async function main(argv: string[]): Promise<number> {
  try {
    ensureHome();
    await program().parseAsync(argv);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof CommandFailure) return say(error.message, error.exitCode);
    if (error instanceof SmcBatchError) return say(error.message, exitCodeOf(error.code));
    if (error instanceof TemporalUnavailable) return say(error.message, exitCodes.unexpected);
    if ((error as NodeJS.ErrnoException).syscall === 'uv_cwd')
      return say('The folder that you are in has been deleted: change to another one.', exitCodes.unexpected);
    throw error;
  }
}

function say(message: string, exitCode: number): number {
  if (message) for (const line of message.split('\n')) sayAside(line);
  return exitCode;
}

/** Nobody reads any more: `| head -1`, a terminal that was closed. */
const noReader = ['EPIPE', 'EIO', 'ENXIO', 'EBADF', 'ENOTCONN', 'ECONNRESET'];

// A reader that has had enough is no failure. What was begun is done to its end, with its own exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (noReader.includes(error.code ?? '')) return;
    // A full disk, as a rule: what was to be kept is not, and a script must notice.
    if (stream === process.stdout) say(`The output cannot be written: ${error.message}`, 0);
    process.exit(exitCodes.unexpected);
  });
}

main(process.argv).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    for (const line of inspect(error).split('\n')) sayAside(line);
    process.exitCode = exitCodes.unexpected;
  },
);
