import { Command } from 'commander';
import { type OutputFormat, outputOption } from '../terminal/output';

/** `doctor`: what is missing on this machine. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check what this machine lacks')
    .description(
      'check what a migration needs on this machine: Node, Temporal, the SMC API, credentials, settings',
    )
    .option('--webhook', 'send a trial to the webhook, too')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
It changes nothing, downloads nothing and never prints a secret. Only --webhook sends something: one message.

Examples:
  smc-batch doctor
  smc-batch doctor --webhook
  smc-batch doctor -o json | jq '.checks[] | select(.status == "problem")'

Exit codes: 0 all is well, warnings or not; 1 there is a problem.`,
    )
    .action(async (options: { output: OutputFormat; webhook?: boolean }) =>
      (await import('../actions/machine/doctor.js')).doctor(options),
    );
}
