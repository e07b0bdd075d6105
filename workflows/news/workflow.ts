import type { BatchEvent } from '../contract/batch-event';
import { webhook } from './webhook';

const longestWaitMs = 300_000;
/** After so long nobody wants to hear of it any more. */
const patienceMs = 14 * 24 * 3_600_000;

/**
 * Tells the webhook what a batch that has ended could not tell it any more, in order. Its history stays small however
 * long the webhook is away: the tries are Temporal's.
 */
export async function deliverNews({ unsent }: { unsent: BatchEvent[] }): Promise<{ delivered: number }> {
  const givenUpAt = Date.now() + patienceMs;
  let delivered = 0;
  for (const event of unsent) {
    const left = givenUpAt - Date.now();
    if (left <= 0) break;
    await webhook(event.what, { maximumInterval: longestWaitMs }, left)
      .notify(event)
      .then(
        () => delivered++,
        // Refused for good, or given up: the batch's journal has it.
        () => undefined,
      );
  }
  return { delivered };
}

/** The workflow's type, for who starts it. */
export type DeliverNews = typeof deliverNews;
