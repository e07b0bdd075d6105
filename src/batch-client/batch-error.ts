import { printable } from '../text';

/**
 * What went wrong with a batch; stable, programs may rely on it.
 * - `NoSuchBatch`, `NoSuchServer`: Temporal has no batch of this name, or the batch no such server
 * - `NoWorker`: no worker takes work from the task queue of the batch, so nothing answers for it
 * - `NotRunning`: the batch takes no orders, because it has ended
 * - `Refused`: the batch refuses the order, or a change of its plan
 * - `PlanTooLarge`: one batch cannot carry the plan
 * - `WrongTaskQueue`: the account of the plan and the task queue do not belong together
 * - `CouldNotStart`, `CutShort`, `Cancelled`: how a batch ended that has no result
 * - `TemporalUnavailable`: Temporal does not answer, or refuses the call
 */
export type SmcBatchErrorCode =
  | 'NoSuchBatch'
  | 'NoSuchServer'
  | 'NoWorker'
  | 'NotRunning'
  | 'Refused'
  | 'PlanTooLarge'
  | 'WrongTaskQueue'
  | 'CouldNotStart'
  | 'CutShort'
  | 'Cancelled'
  | 'TemporalUnavailable';

/** Why a batch could not be started, asked or ordered. The message is for its operator, the code for programs. */
export class SmcBatchError extends Error {
  constructor(
    readonly code: SmcBatchErrorCode,
    /** A sentence, or several lines; what others wrote in it may hold anything. */
    message: string | readonly string[],
    options?: { cause?: unknown },
  ) {
    super([message].flat().map(printable).join('\n'), options);
    this.name = 'SmcBatchError';
  }
}
