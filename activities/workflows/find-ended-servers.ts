import { Context } from '@temporalio/activity';
import { WorkflowFailedError, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { endOfFailure } from '../../workflows/contract/ends/server-end';
import { serverWorkflowId } from '../../workflows/contract/ids';
import {
  type Leftover,
  type ServerResult,
  type ServerStanding,
  standingQuery,
} from '../../workflows/contract/server-messages';

/** A server's workflow that no longer runs, with its result unless it was terminated; or the standing of one that runs. */
export interface EndedServer {
  server: string;
  result?: ServerResult;
  /** The workflow still runs, and this is its standing. */
  standing?: ServerStanding;
}

/** Finds servers whose workflows have ended while their reports were lost; those of `joined` that run give their standings. */
export async function findEndedServers({
  batch,
  servers,
  joined = [],
}: {
  batch: string;
  servers: string[];
  joined?: string[];
}): Promise<EndedServer[]> {
  const { client } = Context.current();
  const ended: EndedServer[] = [];
  for (const server of servers) {
    const handle = client.workflow.getHandle(serverWorkflowId(batch, server));
    try {
      const { status, memo } = await handle.describe();
      if (status.name === 'RUNNING') {
        const standing =
          joined.includes(server) && (await handle.query(standingQuery).catch(() => undefined));
        if (standing) ended.push({ server, standing });
        continue;
      }
      ended.push({ server, result: await resultOf(handle, status.name, memo) });
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      ended.push({ server });
    }
    Context.current().heartbeat();
  }
  return ended;
}

/** How a server's workflow that has ended says that it did; undefined where somebody has ended it. */
async function resultOf(
  handle: WorkflowHandle,
  status: string,
  memo: Record<string, unknown> = {},
): Promise<ServerResult | undefined> {
  switch (status) {
    case 'COMPLETED':
    case 'FAILED':
      return handle.result().catch((error: unknown) => {
        if (!(error instanceof WorkflowFailedError)) throw error;
        return endOfFailure(error);
      });
    case 'CANCELLED':
      return {
        outcome: 'cancelled',
        jobId: memo.jobId as string | undefined,
        leftover: memo.leftover as Leftover | undefined,
      };
    default:
      return undefined;
  }
}
