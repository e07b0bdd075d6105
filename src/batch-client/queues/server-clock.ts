import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

/** The server's time (milliseconds since the epoch), and the time of this process's steady clock at that moment. */
interface ClockReading {
  serverMs: number;
  at: number;
}

const readings = new WeakMap<Client, Promise<ClockReading>>();

/**
 * The time by the Temporal server's clock: what the server has stamped is compared with this, never with this machine's
 * clock. Read once for each client. Where the server refuses that call it is this machine's time.
 */
export async function serverNow(client: Client): Promise<number> {
  const known = readings.get(client);
  const reading = known ?? readClock(client).catch(() => ({ serverMs: Date.now(), at: performance.now() }));
  readings.set(client, reading);
  const { serverMs, at } = await reading;
  return serverMs + performance.now() - at;
}

/** A queue without work. */
const taskQueue = { name: 'smc-batch-clock' };
const activityQueue = 2;
const patienceMs = 5_000;
const pollMs = 20_000;

/** No call of Temporal gives its time, but it stamps each poller: so this client polls an empty queue for a moment. */
async function readClock(client: Client): Promise<ClockReading> {
  const { namespace } = client.options;
  const { workflowService } = client;
  const identity = `clock ${randomUUID()}`;
  const done = new AbortController();
  const deadline = performance.now() + patienceMs;
  // Temporal takes no poll without a deadline, or with a short one; it is over long before.
  const poll = () => workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity });
  const polled = client
    .withAbortSignal(done.signal, () => client.withDeadline(Date.now() + pollMs, poll))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  let refusal: unknown;
  void polled.then((error) => {
    refusal = error;
  });
  try {
    while (performance.now() < deadline && !refusal) {
      const { pollers } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue,
        taskQueueType: activityQueue,
      });
      const time = pollers?.find((poller) => poller.identity === identity)?.lastAccessTime;
      if (time) {
        const serverMs = Number(time.seconds) * 1000 + Number(time.nanos ?? 0) / 1e6;
        return { serverMs, at: performance.now() };
      }
      await sleep(10);
    }
    throw refusal ?? new Error('the poller was not stamped');
  } finally {
    done.abort();
    await polled;
  }
}
