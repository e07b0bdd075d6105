import type { FailureDetail } from './failure';

/**
 * How the first try of a short call failed, which was made at once, in its workflow's task. The call goes on from there as an
 * activity: it counts that try as its first attempt, and waits as long before the next one.
 */
export interface FirstTry {
  /** The API's code. */
  type?: string;
  message: string;
  detail?: FailureDetail;
}

/** The type of the failure of a call that was not made: it has to wait its turn in the task queue. */
export const notAtOnce = 'NotAtOnce';
