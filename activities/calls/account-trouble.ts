import { hostname } from 'node:os';
import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { isAboutIdentity, type Transport } from '../../src/smc';
import type { SmcFailure } from '../../workflows/contract/failure';
import { batchWorkflowId } from '../../workflows/contract/ids';
import { type AccountReport, accountReported } from '../../workflows/contract/server-messages';

// What the account refuses to this worker process, by batch. The batches are told of it, and when it is over.

interface Refused {
  client: Client;
  /** The operations, and whether any other one's success shows that it is over. */
  operations: Map<string, { isAboutIdentity: boolean }>;
  reportedAt: number;
  reportedCode?: string;
}

/** A new code is told after this; the same one is repeated, so that the batch knows that it goes on. */
const leastBetweenMs = 20_000;
const repeatMs = 40_000;

const worker = `${process.pid}@${hostname()}/${Date.now().toString(36)}`;
const refused = new Map<string, Refused>();

/** Tells the batch of the activity that runs. A message that is lost is followed by the next one. */
export function accountRefused(error: SmcFailure): void {
  const { client, info } = Context.current();
  const batch = batchOf(info.workflowExecution?.workflowId);
  if (batch === undefined) return;
  const known: Refused = refused.get(batch) ?? {
    client,
    operations: new Map(),
    reportedAt: Number.NEGATIVE_INFINITY,
  };
  refused.set(batch, known);
  known.client = client;
  known.operations.set(error.action ?? '', { isAboutIdentity: isAboutIdentity(error.code) });
  const waitMs = known.reportedCode === error.code ? repeatMs : leastBetweenMs;
  if (Date.now() - known.reportedAt < waitMs) return;
  known.reportedAt = Date.now();
  known.reportedCode = error.code;
  tell(client, batch, { worker, error });
}

/** A call has succeeded: what the account has refused before may be over. */
export function accountWorks(operation: string): void {
  for (const [batch, { client, operations }] of refused) {
    for (const [name, { isAboutIdentity: isOfAllCalls }] of operations)
      if (name === operation || isOfAllCalls) operations.delete(name);
    if (operations.size > 0) continue;
    refused.delete(batch);
    tell(client, batch, { worker });
  }
}

/** A transport that tells of each call that succeeds. */
export const tellWorkingAccount = (transport: Transport): Transport => ({
  async call(action, params, options) {
    const answer = await transport.call(action, params, options);
    if (refused.size > 0) accountWorks(action);
    return answer;
  },
  close: () => transport.close(),
});

function tell(client: Client, batch: string, report: AccountReport): void {
  client.workflow
    .getHandle(batchWorkflowId(batch))
    .signal(accountReported, report)
    .catch((error: unknown) => {
      const known = refused.get(batch);
      if (error instanceof WorkflowNotFoundError) refused.delete(batch);
      else if (known) known.reportedAt = Number.NEGATIVE_INFINITY;
    });
}

/** `smc-batch:dc1` and `smc-server:dc1/web-01` are of batch dc1. */
const batchOf = (workflowId = '') =>
  /^smc-batch:(.*)$|^smc-server:([^/]*)\//.exec(workflowId)?.slice(1).find(Boolean);
