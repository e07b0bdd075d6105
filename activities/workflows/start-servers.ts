import { Context } from '@temporalio/activity';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import { someAtOnce } from '../../src/concurrency';
import { serverWorkflowId } from '../../workflows/contract/ids';
import { smcBatch, smcPhase, smcServer } from '../../workflows/contract/search-attributes';
import type { ServerMigration, ServerMigrationInput } from '../../workflows/contract/server-migration';
import { ifKnown } from './if-known';

/** The start of a server's workflow. */
export interface ServerStart {
  input: ServerMigrationInput;
  wave: string;
  sourceName?: string;
}

/** The run of the workflow, or why it was not started. */
export type StartedServer = { runId: string } | 'nameInUse' | 'failed';

/** The most calls to Temporal at the same time. */
const startedAtOnce = 10;

/**
 * Starts the workflows of servers; the answers are in the order of the starts. The same start never makes two workflows, also when its
 * first answer was lost.
 */
export function startServers({ starts }: { starts: ServerStart[] }): Promise<StartedServer[]> {
  const { client, info, heartbeat } = Context.current();
  return someAtOnce(starts, startedAtOnce, async (start) => {
    const started = await startServer(client, start, info.taskQueue).catch(() => 'failed' as const);
    heartbeat();
    return started;
  });
}

/** Starts the workflow of one server, outside of an activity. */
export async function startServer(
  client: Client,
  start: ServerStart,
  taskQueue: string,
): Promise<StartedServer> {
  // Most names are new: for them one call is enough.
  const first = await started(client, start, taskQueue, 'REJECT_DUPLICATE');
  if (first !== 'nameInUse') return first;
  const { batch, server, creationId } = start.input;
  const last = await client.workflow.getHandle(serverWorkflowId(batch, server)).describe().catch(ifKnown);
  // The answer to this same start was lost. Its workflow may have ended since.
  if (last?.memo?.creationId === creationId) return { runId: last.runId };
  return last?.status.name === 'RUNNING' ? 'nameInUse' : started(client, start, taskQueue, 'ALLOW_DUPLICATE');
}

async function started(
  client: Client,
  { input, wave, sourceName }: ServerStart,
  taskQueue: string,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<StartedServer> {
  const { batch, server, sourceId, creationId } = input;
  try {
    const { firstExecutionRunId } = await client.workflow.start<ServerMigration>('serverMigration', {
      workflowId: serverWorkflowId(batch, server),
      workflowIdReusePolicy,
      taskQueue,
      args: [input],
      typedSearchAttributes: [
        { key: smcBatch, value: batch },
        { key: smcServer, value: server },
        { key: smcPhase, value: 'running' },
      ],
      memo: { creationId, sourceId, wave, ...(sourceName && { sourceName }) },
      staticSummary: `${server} (${sourceId}), wave ${wave}`,
    });
    return { runId: firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'nameInUse';
    throw error;
  }
}
