import type { Client } from '@temporalio/client';
import { batchNames, noSuchBatch } from '../../src/batch-client/names';

/** A namespace that has had these batches, the newest first. */
const clientOf = (...names: string[]) =>
  ({
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
    workflow: {
      async *list() {
        for (const name of names) yield { workflowId: `smc-batch:${name}` };
      },
    },
  }) as unknown as Client;

test('a batch that was applied again is one name', async () => {
  expect(await batchNames(clientOf('dc1', 'dc2', 'dc1'))).toEqual(['dc1', 'dc2']);
});

test('who mistypes the name of a batch hears of the nearest one, else how to see all', async () => {
  const there = 'Those there are: smc-batch list';
  expect(await noSuchBatch(clientOf('dc2-exit', 'dc1-exit'), 'dc1-eixt')).toBe(
    `There is no batch 'dc1-eixt' in this Temporal namespace (did you mean 'dc1-exit'?). ${there}`,
  );
  expect(await noSuchBatch(clientOf(), 'dc1')).toBe(
    `There is no batch 'dc1' in this Temporal namespace. ${there}`,
  );
});
