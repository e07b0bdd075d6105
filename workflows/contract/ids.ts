/** Workflow ids are names an operator can type into the Temporal UI's search. */
export const batchWorkflowId = (batch: string) => `smc-batch:${batch}`;
export const serverWorkflowId = (batch: string, server: string) => `smc-server:${batch}/${server}`;
export const quotaWorkflowId = (account: string) => `smc-quota:${account}`;
/** What a batch that has ended left for the webhook; each run of a batch has its own. */
export const newsWorkflowId = (batch: string, runId: string) => `smc-news:${batch}/${runId}`;
