#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply';
import { cancelCommand } from './commands/cancel';
import { demoCommand } from './commands/demo';
import { devCommand } from './commands/dev';
import { CommandFailure, exitCodes } from './commands/failure';
import { initCommand } from './commands/init';
import { simulatorCommand } from './commands/simulator';
import { statusCommand } from './commands/status';
import { validateCommand } from './commands/validate';
import { watchCommand } from './commands/watch';
import { workerCommand } from './commands/worker';
import { TemporalUnavailable } from './temporal';

async function main(argv: string[]): Promise<number> {
  const program = new Command('smc-batch')
    .description('Durable batch migrations of servers to Alibaba Cloud with Server Migration Center')
    .version((require('../../package.json') as { version: string }).version)
    .showHelpAfterError('(--help shows what there is)');
  program.addCommand(initCommand());
  program.addCommand(validateCommand());
  program.addCommand(applyCommand());
  program.addCommand(watchCommand());
  program.addCommand(statusCommand());
  program.addCommand(cancelCommand());
  program.addCommand(workerCommand());
  program.addCommand(devCommand());
  program.addCommand(simulatorCommand());
  program.addCommand(demoCommand());
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(argv);
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

main(process.argv).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error);
    process.exitCode = exitCodes.unexpected;
  },
);
