#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply';
import { approveCommand } from './commands/approve';
import { cancelCommand } from './commands/cancel';
import { cleanupCommand } from './commands/cleanup';
import { completionCommand } from './commands/completion';
import { cutoverCommand } from './commands/cutover';
import { demoCommand } from './commands/demo';
import { devCommand } from './commands/dev';
import { doctorCommand } from './commands/doctor';
import { explainCommand } from './commands/explain';
import { CommandFailure, exitCodes } from './commands/failure';
import { initCommand } from './commands/init';
import { inventoryCommand } from './commands/inventory';
import { limitsCommand } from './commands/limits';
import { pauseCommand } from './commands/pause';
import { previewCommand } from './commands/preview';
import { reportCommand } from './commands/report';
import { resumeCommand } from './commands/resume';
import { retryCommand } from './commands/retry';
import { simulatorCommand } from './commands/simulator';
import { skipCommand } from './commands/skip';
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
  program.addCommand(inventoryCommand());
  program.addCommand(validateCommand());
  program.addCommand(previewCommand());
  program.addCommand(applyCommand());
  program.addCommand(watchCommand());
  program.addCommand(statusCommand());
  program.addCommand(reportCommand());
  program.addCommand(explainCommand());
  program.addCommand(pauseCommand());
  program.addCommand(resumeCommand());
  program.addCommand(cancelCommand());
  program.addCommand(retryCommand());
  program.addCommand(skipCommand());
  program.addCommand(approveCommand());
  program.addCommand(cutoverCommand());
  program.addCommand(limitsCommand());
  program.addCommand(cleanupCommand());
  program.addCommand(workerCommand());
  program.addCommand(devCommand());
  program.addCommand(simulatorCommand());
  program.addCommand(demoCommand());
  program.addCommand(doctorCommand());
  program.addCommand(completionCommand(() => program));
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
