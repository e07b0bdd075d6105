import { batchClient } from '../../batch-client/batch-client';
import { followUntilLeft } from '../../batch-client/look/follow';
import { withClient } from '../../batch-client/session';
import type { OutputFormat } from '../../terminal/output';

/** Shows a batch live until it has ended or the user leaves. */
export async function watch(batch: string, output: OutputFormat): Promise<void> {
  await withClient(async (client) => {
    process.exitCode = await followUntilLeft(batchClient(client, batch), output, client);
  });
}
