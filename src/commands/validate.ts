import { Command, Option } from 'commander';
import type { OutputFormat } from '../terminal/output';

/** `smc-batch validate PLAN`: every problem of a plan at once, offline. */
export function validateCommand(): Command {
  return new Command('validate')
    .summary('check a plan offline')
    .description('check a plan file offline: every problem at once, each with its place and its fix')
    .argument('<plan>', 'the plan file (YAML or JSON)')
    .addOption(
      new Option('-o, --output <format>', 'what to print on stdout; json: problems, warnings and summary')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  smc-batch validate batch.yaml
  smc-batch validate batch.yaml -o json | jq -r '.problems[] | "\\(.file):\\(.line): \\(.message)"'

Exit codes: 0 the plan can be applied, 2 it has problems. Warnings do not count.`,
    )
    .action(async (plan: string, options: { output: OutputFormat }) =>
      (await import('../actions/plan/validate.js')).validate(plan, options),
    );
}
