import { type Argument, Command } from 'commander';
import { applyCommand } from './commands/apply';
import { bundleCommand } from './commands/bundle';
import { cleanupCommand } from './commands/cleanup';
import { completionCommand } from './commands/completion';
import { demoCommand } from './commands/demo';
import { devCommand } from './commands/dev';
import { doctorCommand } from './commands/doctor';
import { explainCommand } from './commands/explain';
import { importCommand } from './commands/import';
import { initCommand } from './commands/init';
import { inventoryCommand } from './commands/inventory';
import { listCommand } from './commands/list';
import { namesCommand } from './commands/names';
import { approveCommand } from './commands/orders/approve';
import { cancelCommand } from './commands/orders/cancel';
import { cutoverCommand } from './commands/orders/cutover';
import { limitsCommand } from './commands/orders/limits';
import { pauseCommand } from './commands/orders/pause';
import { resumeCommand } from './commands/orders/resume';
import { retryCommand } from './commands/orders/retry';
import { skipCommand } from './commands/orders/skip';
import { previewCommand } from './commands/preview';
import { reportCommand } from './commands/report';
import { simulatorCommand } from './commands/simulator';
import { statusCommand } from './commands/status';
import { validateCommand } from './commands/validate';
import { watchCommand } from './commands/watch';
import { workerCommand } from './commands/worker';
import { packageVersion } from './package-root';
import { columnsOf, sayAside } from './terminal/output';
import { reflowed } from './text';

/** The command line: every command, in the order in which a batch needs them. A wrong use throws a CommanderError. */
export function program(): Command {
  const all = new Command('smc-batch')
    .description('durable batch migrations of servers to Alibaba Cloud with Server Migration Center')
    .version(packageVersion())
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ subcommandTerm })
    .addHelpText(
      'after',
      `
Examples:
  smc-batch demo                        see it work on this machine, in two minutes
  smc-batch inventory --plan dc1.yaml   a plan of the servers your account has
  smc-batch apply dc1.yaml --watch      migrate them
  smc-batch help apply                  the same as: smc-batch apply --help

Exit codes: 0 done, 1 unexpected, 2 wrong usage or plan not valid, 3 finished with failed servers, 4 cancelled.`,
    );
  all.commandsGroup('A plan:');
  all.addCommand(initCommand());
  all.addCommand(inventoryCommand());
  all.addCommand(importCommand());
  all.addCommand(validateCommand());
  all.addCommand(previewCommand());
  all.commandsGroup('A batch:');
  all.addCommand(applyCommand());
  all.addCommand(watchCommand());
  all.addCommand(statusCommand());
  all.addCommand(listCommand());
  all.addCommand(reportCommand());
  all.addCommand(explainCommand());
  all.addCommand(bundleCommand());
  all.commandsGroup('Orders to a batch:');
  all.addCommand(pauseCommand());
  all.addCommand(resumeCommand());
  all.addCommand(cancelCommand());
  all.addCommand(retryCommand());
  all.addCommand(skipCommand());
  all.addCommand(approveCommand());
  all.addCommand(cutoverCommand());
  all.addCommand(limitsCommand());
  all.addCommand(cleanupCommand());
  all.commandsGroup('What carries it out:');
  all.addCommand(workerCommand());
  all.addCommand(devCommand());
  all.addCommand(simulatorCommand());
  all.addCommand(demoCommand());
  all.commandsGroup('This machine:');
  all.addCommand(doctorCommand());
  all.addCommand(completionCommand(() => all));
  all.addCommand(
    namesCommand(() => all),
    { hidden: true },
  );
  all.helpCommand('help [command]', 'print the help of a command');
  for (const command of [all, ...all.commands]) {
    command.exitOverride();
    // Its errors quote what was typed, or pasted.
    command.configureOutput({
      ...helpOutput((text) => void process.stdout.write(text), columnsOf()),
      writeErr: (text) => text.replace(/\n$/, '').split('\n').forEach(sayAside),
    });
  }
  return all;
}

/** Where help is written, in lines that fit into the terminal; into 80 columns where it is none. */
export function helpOutput(write: (text: string) => void, columns = 80) {
  return {
    writeOut: (text: string) => write(reflowed(text, columns)),
    getOutHelpWidth: () => columns,
  };
}

/** Without `[options]`, which every command has. */
const subcommandTerm = (command: Command) =>
  [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' ');

const argumentTerm = (argument: Argument) => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};
