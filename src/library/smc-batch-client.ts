import type { Client } from '@temporalio/client';
import { batchNames } from '../batch-client/names';
import { whoami } from '../batch-client/send-order';
import type { Plan } from '../plan';
import { connectClient, taskQueue } from '../temporal';
import { applyPlan, type QueueChoice } from './apply-plan';
import type { Applied, Batch } from './batch';
import { batchOf } from './batch-in-temporal';
import { named, type Where } from './named-errors';
import type { SmcBatchClientOptions } from './options';
import { settingsFor } from './temporal-options';

/**
 * The batches of one Temporal namespace. It prints nothing; what goes wrong is an `SmcBatchError`.
 *
 * @example
 * const { plan } = await readPlan('dc1.yaml');
 * const client = await SmcBatchClient.connect();
 * const { batch } = await client.apply(plan);
 * for await (const change of batch.watch()) console.log(change);
 * console.log((await batch.result()).counts);
 * await client.close();
 */
export class SmcBatchClient {
  readonly #client: Client;
  readonly #where: Where;
  readonly #queue: QueueChoice;
  readonly #by: string;

  private constructor(client: Client, where: Where, queue: QueueChoice, by: string) {
    this.#client = client;
    this.#where = where;
    this.#queue = queue;
    this.#by = by;
  }

  /** Connects to Temporal. Rejects with an `SmcBatchError` (`TemporalUnavailable`) when no server answers within seconds. */
  static async connect(options: SmcBatchClientOptions = {}): Promise<SmcBatchClient> {
    const nowhere = {
      address: options.temporal?.address ?? '',
      namespace: options.temporal?.namespace ?? '',
    };
    return named(nowhere, async () => {
      const settings = settingsFor(options.temporal);
      const chosen = options.taskQueue ?? process.env.SMC_TASK_QUEUE;
      return new SmcBatchClient(
        await connectClient(settings),
        settings,
        { name: chosen || taskQueue(), isChosen: Boolean(chosen) },
        options.by ?? whoami(),
      );
    });
  }

  /**
   * Starts the batch of a plan. Where it runs already it is changed to the plan, as far as that is possible: rejects with
   * `Refused`, and changes nothing, where it is not.
   */
  async apply(plan: Plan): Promise<Applied> {
    const answer = await named(this.#where, () => applyPlan(this.#client, plan, this.#queue, this.#by));
    return { batch: this.batch(plan.name), ...answer };
  }

  /** The batch of this name. Nothing is asked yet: its methods reject with `NoSuchBatch` where there is none. */
  batch(name: string): Batch {
    return batchOf(this.#client, name, this.#by, this.#where);
  }

  /** The names of the newest 1,000 batches, or of those that run, each once. */
  async batches(filter: { running?: boolean } = {}): Promise<string[]> {
    return named(this.#where, () => batchNames(this.#client, filter));
  }

  /** Closes the connection. Batches go on. */
  async close(): Promise<void> {
    await this.#client.connection.close();
  }
}
