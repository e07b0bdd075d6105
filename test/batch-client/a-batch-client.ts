import type { BatchClient } from '../../src/batch-client/batch-client';
import type { BatchProgress, ServerView } from '../../workflows/contract/views';
import { aBatch } from '../report/a-batch';

/** A batch that answers with one look after another, the last one for ever. */
export function aBatchClient(
  looks: { servers: ServerView[]; progress?: Partial<BatchProgress> }[],
): BatchClient {
  const batches = looks.map(({ servers, progress }) => aBatch(servers, progress));
  const seen = () => batches[0]!;
  return {
    batch: 'dc1-exit',
    progress: async () => seen().progress,
    servers: async ({ phases, names } = {}) =>
      seen().servers.filter(
        ({ server, phase }) => (phases?.includes(phase) ?? true) && (names?.includes(server) ?? true),
      ),
    leftPlan: async () => [],
    status: async () => {
      const { status } = seen().progress;
      if (batches.length > 1) batches.shift();
      return status === 'ended' ? 'COMPLETED' : 'RUNNING';
    },
    taskQueue: async () => 'smc-batch',
    pending: async () => [],
    now: async () => Date.now(),
    stopReason: async () => undefined,
    trouble: async () => undefined,
    start: async () => 'attached',
    cancel: async () => {},
    result: async () => ({ ...seen().progress, endedAt: new Date().toISOString() }),
    evidence: async () => undefined,
  };
}
