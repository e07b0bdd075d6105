import { WorkflowNotFoundError } from '@temporalio/client';

/** For `catch`: undefined for a workflow that Temporal does not know, or has removed since; any other error is thrown again. */
export function ifKnown(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  return undefined;
}
