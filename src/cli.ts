#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CommandFailure, exitCodes } from './commands/failure';
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
  if (message) process.stderr.write(`${message}\n`);
  return exitCode;
}

// `| head`: a reader that has had enough is no error, and whatever a batch does goes on without us.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.done);
});

main(process.argv).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error);
    process.exitCode = exitCodes.unexpected;
  },
);
