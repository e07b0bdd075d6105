/**
 * smc-batch as a library: starts batches, follows them and gives them orders, on the Temporal where their workers run.
 *
 * @packageDocumentation
 */
export type { BatchResult } from '../../workflows/contract/ends/batch-end';
export type { JobEvidence } from '../../workflows/contract/ends/job-evidence';
export type { SmcFailure } from '../../workflows/contract/failure';
export type { OrderAnswer, PlanChanges } from '../../workflows/contract/orders';
export type { Leftover } from '../../workflows/contract/server-messages';
export type { Slots } from '../../workflows/contract/slots';
export type {
  AccountTrouble,
  BatchOutcome,
  BatchProgress,
  BatchStatus,
  JournalEntry,
  ServerExplanation,
  ServerPhase,
  ServerView,
  WaveProgress,
  WebhookTrouble,
} from '../../workflows/contract/views';
export { SmcBatchError, type SmcBatchErrorCode } from '../batch-client/batch-error';
export type { Applied, Batch, BatchChange, Limits, Some, WatchOptions } from './batch';
export type { SmcBatchClientOptions, TemporalOptions } from './options';
export { SmcBatchClient } from './smc-batch-client';
