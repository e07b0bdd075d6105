import { Command } from 'commander';
import type { DemoOptions } from '../actions/machine/demo';
import { numberFrom } from '../terminal/number-argument';

/** `demo`: all of it here, on the simulator. */
export function demoCommand(): Command {
  return new Command('demo')
    .summary('see all of it work on this machine')
    .description(
      'migrate 60 simulated servers through a real Temporal server: one job breaks, one source is offline, the worker dies',
    )
    .option('--speed <factor>', 'simulated seconds in one second', numberFrom(1), 600)
    .option('--keep', 'stay until Ctrl-C, for a visit to the Temporal UI', false)
    .addHelpText(
      'after',
      `
It takes about two minutes. A Temporal server and an SMC account are started here, and end with the demo. Without a Temporal CLI on
the PATH one is downloaded; where that fails it is built, with Go.

Examples:
  smc-batch demo
  smc-batch demo --speed 300 --keep

Exit codes: 0 the story went as told (59 servers migrated, each exactly once; the offline one reported as failed; no job
left; no quota exceeded), 1 it did not.`,
    )
    .action(async (options: DemoOptions) => (await import('../actions/machine/demo.js')).demo(options));
}
