import type { Client } from '@temporalio/client';
import { cancelUpdate } from '../../../workflows/contract/orders';
import { type BatchClient, batchClient, hasWorker } from '../../batch-client/batch-client';
import { cancelBatch, requireCancellable } from '../../batch-client/cancel-batch';
import { followUntilLeft } from '../../batch-client/look/follow';
import { queueOf } from '../../batch-client/queues/queue-of-batch';
import { sendOrder, tryOrder, whoami } from '../../batch-client/send-order';
import { withClient } from '../../batch-client/session';
import { confirm } from '../../terminal/confirm';
import { printer, printJson } from '../../terminal/output';
import type { OrderOptions } from './order';

export type CancelOptions = OrderOptions & { watch: boolean };

/** Cancels a batch, or some of its servers. */
export async function cancel(name: string, servers: string[], options: CancelOptions): Promise<void> {
  await withClient(async (client) => {
    const batch = batchClient(client, name);
    await requireCancellable(batch);
    if (!options.yes) await confirm(await questionOf(client, batch, servers), options.yes);
    const print = printer(options.output);
    if (servers.length > 0) {
      const answer = await sendOrder(client, name, cancelUpdate, { by: whoami(), servers });
      // With --watch the report at the end is the one document on stdout.
      if (options.output === 'json' && !options.watch) printJson({ batch: name, ...answer });
      else print(`Batch '${name}': ${answer.done}.`);
    } else {
      await cancelBatch(client, batch, whoami());
      print(`Batch '${name}' is being cancelled; its jobs are stopped and deleted.`);
      if (options.output === 'json' && !options.watch) printJson({ batch: name, status: 'cancelling' });
    }
    if (options.watch) {
      process.exitCode = await followUntilLeft(batch, options.output, client);
    }
  });
}

/** A whole batch is cancelled without a worker, too: then nobody can tell what is at work. */
async function questionOf(client: Client, batch: BatchClient, servers: string[]): Promise<string> {
  const isAnswered = servers.length > 0 || (await hasWorker(client, await queueOf(batch)));
  if (!isAnswered)
    return `Cancel batch '${batch.batch}'? No worker runs: its jobs are stopped and deleted once one does.`;
  const order = { by: whoami(), servers: servers.length > 0 ? servers : undefined };
  const { would } = await tryOrder(client, batch.batch, cancelUpdate, order);
  return `Batch '${batch.batch}': ${would}. Go on?`;
}
