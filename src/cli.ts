#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { CommandFailure, exitCodes } from './commands/failure';

async function main(argv: string[]): Promise<number> {
  const program = new Command('smc-batch')
    .description('Durable batch migrations of servers to Alibaba Cloud with Server Migration Center')
    .version((require('../../package.json') as { version: string }).version)
    .showHelpAfterError('(smc-batch --help shows the commands)');
  program.exitOverride();
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof CommandFailure) {
      if (error.message) process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}

main(process.argv).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error);
    process.exitCode = exitCodes.unexpected;
  },
);
