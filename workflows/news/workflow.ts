import { sleep } from '@temporalio/workflow';
import type { BatchEvent } from '../contract/batch-event';
import { webhook } from './webhook';

const longestWaitMs = 300_000;
/** Between two messages: services accept only so many a minute. */
const betweenMs = 4_000;
/** After so long the messages are too old to be sent. */
const patienceMs = 14 * 24 * 3_600_000;

/**
 * Sends the messages that a batch could not send before its end, in order. Temporal repeats the tries, so the history stays
 * small while the webhook is away.
 */
export async function deliverNews({ unsent }: { unsent: BatchEvent[] }): Promise<{ delivered: number }> {
  const givenUpAt = Date.now() + patienceMs;
  let delivered = 0;
  for (const [i, event] of unsent.entries()) {
    if (i > 0) await sleep(betweenMs, { summary: 'until the next message' });
    const left = givenUpAt - Date.now();
    if (left <= 0) break;
    await webhook(event.what, { maximumInterval: longestWaitMs }, left)
      .notify(event)
      .then(
        () => delivered++,
        // The message was refused for good, or its time is over: the batch's journal has it.
        () => undefined,
      );
  }
  return { delivered };
}

/** The workflow's type, for who starts it. */
export type DeliverNews = typeof deliverNews;
