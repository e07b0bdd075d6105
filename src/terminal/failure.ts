import type { SmcBatchErrorCode } from '../batch-client/batch-error';
import { printable } from '../text';

/** The exit codes are an interface: scripts and CI rely on them. */
export const exitCodes = { done: 0, unexpected: 1, usage: 2, serversFailed: 3, cancelled: 4 } as const;

/** Ends a command with a message for the operator (no stack trace) and an exit code. */
export class CommandFailure extends Error {
  constructor(
    /** A sentence, or several lines; what others wrote in it may hold anything. */
    message: string | readonly string[],
    readonly exitCode: (typeof exitCodes)[keyof typeof exitCodes] = exitCodes.unexpected,
  ) {
    super([message].flat().map(printable).join('\n'));
    this.name = 'CommandFailure';
  }
}

/** What can be corrected in what was typed, or in the plan, is a wrong use. */
export const exitCodeOf = (code: SmcBatchErrorCode) =>
  wrongUse.includes(code) ? exitCodes.usage : exitCodes.unexpected;

const wrongUse: SmcBatchErrorCode[] = [
  'Refused',
  'NoSuchBatch',
  'NoSuchServer',
  'NotRunning',
  'PlanTooLarge',
  'WrongTaskQueue',
];
