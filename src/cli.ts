#!/usr/bin/env node
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { CommandFailure, exitCodes } from './commands/failure';
import { sayAside } from './commands/output';
import { program } from './program';
import { TemporalUnavailable } from './temporal';

async function main(argv: string[]): Promise<number> {
  try {
    await program().parseAsync(argv);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof CommandFailure) return say(error.message, error.exitCode);
    if (error instanceof TemporalUnavailable) return say(error.message, exitCodes.unexpected);
    throw error;
  }
}

function say(message: string, exitCode: number): number {
  if (message) for (const line of message.split('\n')) sayAside(line);
  return exitCode;
}

// `| head -1`: a reader that has had enough is no failure. What was begun is done to its end, with its own exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
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
