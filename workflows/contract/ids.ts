/** Ids of workflows, which an operator can type into the search of the Temporal UI. */
export const batchWorkflowId = (batch: string) => `smc-batch:${batch}`;
export const serverWorkflowId = (batch: string, server: string) => `smc-server:${batch}/${server}`;
export const quotaWorkflowId = (account: string) => `smc-quota:${account}`;
/** The workflow that looks ahead for `apply`; each call has its own. */
export const planOfActionWorkflowId = (batch: string, id: string) => `smc-plan-of-action:${batch}/${id}`;
/** The workflow that sends the last news of a batch to the webhook; each run of a batch has its own. */
export const newsWorkflowId = (batch: string, runId: string) => `smc-news:${batch}/${runId}`;

/** The record of what `cleanup` has deleted of a batch. */
export const cleanupWorkflowId = (batch: string) => `smc-cleanup:${batch}`;

/** The batch and the server of a workflow, by its id: dc1 of `smc-batch:dc1`, dc1 and web-01 of `smc-server:dc1/web-01`. */
export function placeOfWorkflow(workflowId: string): { batch?: string; server?: string } {
  const [, batch] = /^smc-batch:(.*)$/s.exec(workflowId) ?? [];
  if (batch !== undefined) return { batch };
  const [, ofServer, server] = /^smc-server:([^/]*)\/(.*)$/s.exec(workflowId) ?? [];
  return ofServer === undefined ? {} : { batch: ofServer, server };
}
