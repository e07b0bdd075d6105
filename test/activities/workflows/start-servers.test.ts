import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { type ServerStart, startServer } from '../../../activities/workflows/start-servers';

interface Ran {
  runId: string;
  status: 'RUNNING' | 'COMPLETED';
  memo: Record<string, unknown>;
}

/** A Temporal in which these workflows have the server's name, the newest last. */
function aTemporal(runs: Ran[]) {
  const client = {
    workflow: {
      async start(_: string, options: { memo: Record<string, unknown>; workflowIdReusePolicy: string }) {
        const last = runs.at(-1);
        const isTaken =
          last?.status === 'RUNNING' || (last && options.workflowIdReusePolicy !== 'ALLOW_DUPLICATE');
        if (isTaken) throw new WorkflowExecutionAlreadyStartedError('started', 'id', 'serverMigration');
        const runId = `run-${runs.length + 1}`;
        runs.push({ runId, status: 'RUNNING', memo: options.memo });
        return { firstExecutionRunId: runId };
      },
      getHandle: () => ({
        async describe() {
          const last = runs.at(-1);
          if (!last) throw new WorkflowNotFoundError('gone', 'id', undefined);
          return { ...last, status: { name: last.status } };
        },
      }),
    },
  } as unknown as Client;
  return { runs, start: (start: ServerStart) => startServer(client, start, 'queue') };
}

const aStart = (creationId: string) =>
  ({ input: { batch: 'dc1', server: 'web', sourceId: 's-1', creationId }, wave: 'one' }) as ServerStart;

test('a start whose answer was lost is the same start: also where its workflow has ended since', async () => {
  const { runs, start } = aTemporal([]);
  expect(await start(aStart('round 1'))).toEqual({ runId: 'run-1' });
  expect(await start(aStart('round 1'))).toEqual({ runId: 'run-1' });
  runs[0]!.status = 'COMPLETED';
  expect(await start(aStart('round 1'))).toEqual({ runId: 'run-1' });
  expect(runs).toHaveLength(1);
});

test('the next round of a server has a workflow of its own, once that of the last one has ended', async () => {
  const { runs, start } = aTemporal([]);
  await start(aStart('round 1'));
  expect(await start(aStart('round 2'))).toBe('nameInUse');
  runs[0]!.status = 'COMPLETED';
  expect(await start(aStart('round 2'))).toEqual({ runId: 'run-2' });
});
