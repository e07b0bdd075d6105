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
import { sendOrder, tryOrder, whoami } from '../../batch-client/send-order';
import { withClient } from '../../batch-client/session';
import { inClockTimes } from '../../report';
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
 * Says what the order would do and asks, then sends it to the batch and prints its answer. Throws a {@link CommandFailure}
 * with the batch's own words when it refuses: before the question, where there is one.
 */
export async function order<K extends keyof typeof updates>(
  kind: K,
  batch: string,
  content: Content<K>,
  { yes, output }: OrderOptions,
): Promise<void> {
  await withClient(async (client) => {
    const update = updates[kind] as UpdateDefinition<OrderAnswer, [Order & { agreed?: string[] }]>;
    const given = { ...content, by: whoami() };
    const trial = yes ? undefined : await tryOrder(client, batch, update, given);
    if (trial) await confirm(`Batch '${batch}': ${inClockTimes(trial.would, Date.now())}. Go on?`, yes);
    const answer = await sendOrder(client, batch, update, { ...given, agreed: trial?.servers });
    if (output === 'json') printJson({ batch, ...answer });
    else printer(output)(`Batch '${batch}': ${inClockTimes(answer.done, Date.now())}.`);
  });
}
