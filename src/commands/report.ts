import { Command, Option } from 'commander';
import type { ReportFormat, ReportOptions } from '../actions/batch/report';
import type { ReportSource } from '../report';

const formats: ReportFormat[] = ['text', 'wide', 'json', 'csv', 'md', 'html'];

/** `report BATCH`: what a batch did, or has done so far. `read` looks it up, in Temporal if nothing else is given. */
export function reportCommand(read?: (batch: string) => Promise<ReportSource>): Command {
  return new Command('report')
    .summary('tell what a batch did, in five formats')
    .description('tell what a batch did, or has done so far: for people, tickets, spreadsheets and machines')
    .argument('<batch>', "the batch's name")
    .addOption(
      new Option(
        '-f, --format <format>',
        'what to write; wide: text with all columns (default: what the name of --output-file says, else text)',
      ).choices(formats),
    )
    .addOption(
      new Option('-o, --output <format>', 'the same as --format, as in the other commands').choices(formats),
    )
    .option('--output-file <file>', 'write it there instead of to stdout')
    .option('--costs <file>', 'prices for what it has cost (YAML)')
    .addHelpText(
      'after',
      `
--costs FILE prices the quantities under "costs". All fields but currency may be left out:
  costs: { currency: CNY, instanceHour: 0.5, snapshotGiBMonth: 0.12, publicTrafficGiB: 0 }

Examples:
  smc-batch report dc1-exit
  smc-batch report dc1-exit --output-file dc1-exit.html    one page, to open or to mail
  smc-batch report dc1-exit --format md                    for a ticket
  smc-batch report dc1-exit --costs costs.yaml
  smc-batch report dc1-exit --format json | jq '.failures[].code'

Exit codes: 0 the report was made, however the batch ended; 1 it could not be made; 2 wrong usage, or there is no\nsuch batch.`,
    )
    .action(async (batch: string, options: ReportOptions) =>
      (await import('../actions/batch/report.js')).report(batch, options, read),
    );
}
