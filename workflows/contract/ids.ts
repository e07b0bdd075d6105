/** Ids of workflows, which an operator can type into the search of the Temporal UI. */
export const batchWorkflowId = (batch: string) => `smc-batch:${batch}`;
export const serverWorkflowId = (batch: string, server: string) => `smc-server:${batch}/${server}`;
export const quotaWorkflowId = (account: string) => `smc-quota:${account}`;
/** The workflow that looks ahead for `apply`; each call has its own. */
export const planOfActionWorkflowId = (batch: string, id: string) => `smc-plan-of-action:${batch}/${id}`;
/** The workflow that sends the last news of a batch to the webhook; each run of a batch has its own. */
export const newsWorkflowId = (batch: string, runId: string) => `smc-news:${batch}/${runId}`;
