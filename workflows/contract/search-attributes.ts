import { defineSearchAttributeKey } from '@temporalio/common';

/** The batch that a workflow belongs to. */
export const smcBatch = defineSearchAttributeKey('SmcBatch', 'KEYWORD');
/** The server that a workflow migrates. */
export const smcServer = defineSearchAttributeKey('SmcServer', 'KEYWORD');
/** The phase of a batch or a server: `SmcPhase = 'running'`. */
export const smcPhase = defineSearchAttributeKey('SmcPhase', 'KEYWORD');
