import type { UpdateDefinition } from '@temporalio/common';
import {
  approveUpdate,
  cutOverUpdate,
  limitsUpdate,
  type Order,
  type OrderAnswer,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../../../workflows/contract/orders';
import { sendOrder, whoami } from '../../batch-client/send-order';
import { withClient } from '../../batch-client/session';
import { confirm } from '../../terminal/confirm';
import { type OutputFormat, printer, printJson } from '../../terminal/output';

/** Options that every command which changes a batch has. */
export interface OrderOptions {
  yes: boolean;
  output: OutputFormat;
}

const updates = {
  approve: approveUpdate,
  cutover: cutOverUpdate,
  limits: limitsUpdate,
  pause: pauseUpdate,
  resume: resumeUpdate,
  retry: retryUpdate,
  skip: skipUpdate,
};

/** What each order says beside who gives it. */
type Content<K extends keyof typeof updates> =
  (typeof updates)[K] extends UpdateDefinition<OrderAnswer, [infer O]> ? Omit<O, 'by'> : never;

/**
 * Asks, sends the order to the batch and prints its answer. Throws a {@link CommandFailure} with the batch's own words
 * when it refuses.
 */
export async function order<K extends keyof typeof updates>(
  kind: K,
  batch: string,
  content: Content<K>,
  question: string,
  { yes, output }: OrderOptions,
): Promise<void> {
  await withClient(async (client) => {
    await confirm(question, yes);
    const update = updates[kind] as UpdateDefinition<OrderAnswer, [Order]>;
    const answer = await sendOrder(client, batch, update, { ...content, by: whoami() });
    if (output === 'json') printJson({ batch, ...answer });
    else printer(output)(`Batch '${batch}': ${answer.done}.`);
  });
}
