import type { SmcFailure } from '../../../workflows/contract/failure';
import type { JobEnd, ServerResult } from '../../../workflows/contract/server-messages';
import type { Job } from '../account/account';

/** An order has cancelled the server. */
export class Cancelled extends Error {}
/** The API has refused a call for good. */
export class Refused extends Error {
  constructor(readonly failure: SmcFailure) {
    super(failure.code);
  }
}

/** How a run of a job has ended. */
export interface Ended {
  end: JobEnd;
  error?: SmcFailure;
  costsNoAttempt?: boolean;
}
export const failure = (code: string): SmcFailure => ({ code, message: `${code} happened`, remedy: 'Wait.' });
export const full = failure('QuotaExceeded.ReplicationJob');

export const isStartable = ({ status }: Job) =>
  status === 'Ready' || status === 'Stopped' || status === 'InError';

export function endOf({ status }: Job): Ended {
  if (status === 'Deleting') return { end: 'Gone', error: failure('ReplicationJob.Gone') };
  if (status === 'Running') throw new Error('a job that runs has not ended');
  return { end: status, error: status === 'InError' ? failure('InternalError') : undefined };
}

export function cancelledOr(error: unknown): ServerResult {
  if (error instanceof Cancelled) return { outcome: 'cancelled' };
  throw error;
}
