import { ApplicationFailure } from '@temporalio/workflow';

/** Why an order is not carried out, for who has given it. */
export const refusal = (message: string) => ApplicationFailure.nonRetryable(message, 'OrderRefused');
