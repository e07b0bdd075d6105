import { hostname } from 'node:os';
import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { isAboutIdentity, type Transport } from '../../src/smc';
import type { SmcFailure } from '../../workflows/contract/failure';
import { batchWorkflowId, placeOfWorkflow } from '../../workflows/contract/ids';
import { type AccountReport, accountReported } from '../../workflows/contract/server-messages';

// The refusals of the account that this worker process has got, by batch. Each batch gets a report of them, and of their end.

interface Refused {
  client: Client;
  /** The refused operations. `isAboutIdentity`: the success of any operation shows that the refusal is over. */
  operations: Map<string, { isAboutIdentity: boolean }>;
  reportedAt: number;
  reportedCode?: string;
}

/** The least time between two reports; the same code is repeated after a longer one, so that the batch knows that it still holds. */
const leastBetweenMs = 20_000;
const repeatMs = 40_000;

const worker = `${process.pid}@${hostname()}/${Date.now().toString(36)}`;
const refused = new Map<string, Refused>();

/** Reports a refusal to the batch of the activity that runs. A lost report is followed by the next one. */
export function accountRefused(error: SmcFailure): void {
  const { client, info } = Context.current();
  const { batch } = placeOfWorkflow(info.workflowExecution?.workflowId ?? '');
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

/** Notes a call that has succeeded: earlier refusals may be over. */
export function accountWorks(operation: string): void {
  for (const [batch, { client, operations }] of refused) {
    for (const [name, { isAboutIdentity: isOfAllCalls }] of operations)
      if (name === operation || isOfAllCalls) operations.delete(name);
    if (operations.size > 0) continue;
    refused.delete(batch);
    tell(client, batch, { worker });
  }
}

/** A transport that notes each call that succeeds. */
export const tellWorkingAccount = (transport: Transport): Transport => ({
  ...transport,
  async call(action, params, options) {
    const answer = await transport.call(action, params, options);
    if (refused.size > 0) accountWorks(action);
    return answer;
  },
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
