import type { Client } from '@temporalio/client';
import { batchWorkflowId } from '../../workflows/contract/ids';
import {
  approveUpdate,
  cancelUpdate,
  cutOverUpdate,
  limitsUpdate,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../../workflows/contract/orders';
import { journalQuery } from '../../workflows/contract/views';
import { batchClient, eachServer, howItStands } from '../batch-client/batch-client';
import { cancelBatch, requireCancellable } from '../batch-client/cancel-batch';
import { explanationOf } from '../batch-client/look/explanation';
import { requireWorker } from '../batch-client/queues/queue-of-batch';
import { sendOrder } from '../batch-client/send-order';
import type { Batch } from './batch';
import { changesOf } from './changes';
import { eachNamed, named, type Where } from './named-errors';

/** The batch of this name, whether it exists or not. `by` stands in the journal beside each order. */
export function batchOf(client: Client, name: string, by: string, where: Where): Batch {
  const target = batchClient(client, name);
  const asked = <T>(work: () => Promise<T>): Promise<T> => named(where, work);
  const answering = async () =>
    requireWorker(client, target, `Batch '${name}' ${howItStands(await target.status())}`);
  return {
    name,
    progress: () =>
      asked(async () => {
        await answering();
        return target.progress();
      }),
    servers: (filter) =>
      eachNamed(where, async function* () {
        await answering();
        yield* eachServer(client, name, filter);
      }),
    explain: (server) => asked(async () => (await explanationOf(client, name, server)).server),
    journal: () =>
      asked(async () => {
        await answering();
        return client.workflow.getHandle(batchWorkflowId(name)).query(journalQuery);
      }),
    watch: (options) => eachNamed(where, () => changesOf(target, options)),
    result: () => asked(() => target.result()),
    pause: (some = {}) => asked(() => sendOrder(client, name, pauseUpdate, { by, ...some })),
    resume: (some = {}) => asked(() => sendOrder(client, name, resumeUpdate, { by, ...some })),
    cancel: (servers) =>
      asked(async () => {
        await requireCancellable(target);
        if (servers) return sendOrder(client, name, cancelUpdate, { by, servers });
        await cancelBatch(client, target, by);
        return { done: 'its jobs are stopped and deleted' };
      }),
    retry: (servers) => asked(() => sendOrder(client, name, retryUpdate, { by, servers })),
    skip: (servers) => asked(() => sendOrder(client, name, skipUpdate, { by, servers })),
    approve: (wave) => asked(() => sendOrder(client, name, approveUpdate, { by, wave })),
    cutover: (servers) => asked(() => sendOrder(client, name, cutOverUpdate, { by, servers })),
    limits: (limits) => asked(() => sendOrder(client, name, limitsUpdate, { by, ...limits })),
  };
}
