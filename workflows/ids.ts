/** Workflow ids are names an operator can type into the Temporal UI's search. */
export const batchWorkflowId = (batch: string) => `smc-batch:${batch}`;
export const serverWorkflowId = (batch: string, server: string) => `smc-server:${batch}/${server}`;
export const quotaWorkflowId = (account: string) => `smc-quota:${account}`;

/** Tag keys of the ledger: on jobs the batch and the server, on a migrated source the batch and its image. */
export const ledgerTags = {
  batch: 'smc-batch',
  server: 'smc-batch-server',
  image: 'smc-batch-image',
} as const;
