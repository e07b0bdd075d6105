import { defineSearchAttributeKey } from '@temporalio/common';

/** The batch a workflow belongs to. */
export const smcBatch = defineSearchAttributeKey('SmcBatch', 'KEYWORD');
/** The server a workflow migrates. */
export const smcServer = defineSearchAttributeKey('SmcServer', 'KEYWORD');
/** Where a batch or a server is: `SmcPhase = 'running'`. */
export const smcPhase = defineSearchAttributeKey('SmcPhase', 'KEYWORD');
