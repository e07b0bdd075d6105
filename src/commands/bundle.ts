import { Command } from 'commander';
import type { BundleOptions } from '../actions/batch/bundle';

/** `bundle BATCH`: one archive for support. */
export function bundleCommand(): Command {
  return new Command('bundle')
    .summary('put all of a batch into one archive, for support')
    .description(
      'put all that tells of a batch into one archive, for support: status, report, journal, explanations, histories, doctor',
    )
    .argument('<batch>', "the batch's name")
    .option('-o, --output <file>', 'the archive (default: smc-batch-BATCH-TIME.tar.gz in this folder)')
    .addHelpText(
      'after',
      `
Secrets are taken out: AccessKeys, tokens, webhooks, passwords of proxies. Names of servers and users stay: read it before you send
it. It works after the batch has ended, and without a worker; what is missing then stands in its README.txt.

Examples:
  smc-batch bundle dc1-exit
  smc-batch bundle dc1-exit -o ticket-4711.tar.gz

Exit codes: 0 written, also where something is missing in it; 1 it could not be written, 2 there is no such
batch.`,
    )
    .action(async (batch: string, options: BundleOptions) =>
      (await import('../actions/batch/bundle.js')).bundle(batch, options),
    );
}
