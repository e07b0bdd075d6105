import { Command } from 'commander';
import { cancelUpdate } from '../../../workflows/contract/orders';
import { batchClient, hasWorker } from '../../batch-client/batch-client';
import { followUntilLeft } from '../../batch-client/follow';
import { queueOf } from '../../batch-client/queue-of-batch';
import { type OrderOptions, sendOrder, whoami } from '../../batch-client/send-order';
import { withClient } from '../../batch-client/session';
import { confirm } from '../../terminal/confirm';
import { CommandFailure } from '../../terminal/failure';
import { outputOption, printer, printJson } from '../../terminal/output';

/** `cancel BATCH [SERVER…]`: stop and clean up what runs, start nothing more. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .summary('stop and clean up')
    .description(
      'stop a batch, or some of its servers: nothing more starts, what runs is stopped and cleaned up',
    )
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('-y, --yes', 'do not ask first', false)
    .option('-w, --watch', 'stay until the last job is cleaned up', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A job can be stopped only while it is Syncing; one that is further on ends by itself, and then counts as migrated.
A whole batch can be cancelled without a worker; it is cleaned up once one runs.

Examples:
  smc-batch cancel dc1-exit --yes --watch
  smc-batch cancel dc1-exit web-07 --yes

Exit codes: 0 asked for, 2 the batch refuses and says why, 4 not confirmed, 1 anything else; with --watch as of 'watch'.`,
    )
    .action(cancel);
}

/** A worker that has just died is still counted: its answer is not waited for longer. */
const answerMs = 10_000;

async function cancel(
  name: string,
  servers: string[],
  options: OrderOptions & { watch: boolean },
): Promise<void> {
  await withClient(async (client) => {
    const batch = batchClient(client, name);
    const status = await batch.status();
    if (status !== 'RUNNING')
      throw new CommandFailure(`Batch '${name}' does not run: it is ${status.toLowerCase()}.`);
    await confirm(`Cancel ${servers.join(', ') || 'all'} of batch '${name}'?`, options.yes);
    const print = printer(options.output);
    if (servers.length > 0) {
      const answer = await sendOrder(client, name, cancelUpdate, { by: whoami(), servers });
      // With --watch the report at the end is the one document on stdout.
      if (options.output === 'json' && !options.watch) printJson({ batch: name, ...answer });
      else print(`Batch '${name}': ${answer.done}.`);
    } else {
      // The order puts a name into the journal; Temporal's own cancellation works without a worker, and shows in its UI.
      if (await hasWorker(client, await queueOf(batch)))
        await client
          .withDeadline(Date.now() + answerMs, () => sendOrder(client, name, cancelUpdate, { by: whoami() }))
          .catch(() => undefined);
      await batch.cancel();
      print(`Batch '${name}' is being cancelled; its jobs are stopped and deleted.`);
      if (options.output === 'json' && !options.watch) printJson({ batch: name, status: 'cancelling' });
    }
    if (options.watch) {
      process.exitCode = await followUntilLeft(batch, options.output, client);
    }
  });
}
