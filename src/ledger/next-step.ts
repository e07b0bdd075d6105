/** What is known of a job that has to be stopped or deleted. */
export interface JobToRemove {
  /** Its last known status. `Gone`: it is deleted; `NotSeen`: it is not listed, but may exist; absent: not known, it may run. */
  status?: string;
  businessStatus?: string;
  /** It is Finished, and its image is not listed yet. The job is kept until then. */
  awaitsImage?: boolean;
  /** Whether the job has only to be stopped, or to be deleted. */
  goal: 'notRunning' | 'gone';
  /** Whether its source is tagged as migrated; `refused`: it cannot be tagged. */
  ledger?: 'written' | 'refused';
  /** Its server has failed. */
  failed?: {
    /** It failed because a call was refused: no end of the job was seen. */
    byRefusal: boolean;
    /** The plan's onFailure is keepJob. */
    keepsJob: boolean;
  };
}

/** Why a job stays in the account. */
export type KeptWhy = 'keptByPolicy' | 'unknownStatus' | 'ledgerNotWritten' | 'refused' | 'notSeen';

/** `tag`: tag its source as migrated; `nothing`: the goal is reached. */
export type NextStep =
  | { step: 'stop' | 'wait' | 'tag' | 'delete' | 'nothing' }
  | { step: 'keep'; why: KeptWhy };

/**
 * Decides to stop, keep or delete a job. A job is deleted only after its end was seen. The source of a Finished job is tagged
 * before the job is deleted, because the job is the other proof of the migration. A job with finished work is kept when a
 * call was refused. A job in a status that this version does not know is left alone.
 */
export function nextStep(job: JobToRemove): NextStep {
  const isToGo = job.goal === 'gone';
  switch (job.status) {
    case undefined:
      return { step: 'stop' };
    case 'Gone':
      return { step: 'nothing' };
    case 'NotSeen':
      return { step: 'keep', why: 'notSeen' };
    // SMC: a job can be stopped only while it is Syncing, and not be deleted while it runs.
    case 'Running':
      return { step: job.businessStatus === 'Syncing' ? 'stop' : 'wait' };
    case 'Deleting':
      return { step: isToGo ? 'wait' : 'nothing' };
    case 'Finished':
      if (job.awaitsImage) return { step: 'wait' };
      if (!isToGo) return { step: 'nothing' };
      if (job.ledger === 'refused') return { step: 'keep', why: 'ledgerNotWritten' };
      return { step: job.ledger === 'written' ? 'delete' : 'tag' };
    // Their deletion loses no work. SMC: a job that was started is never Ready again.
    case 'Ready':
    case 'Expired':
      if (!isToGo) return { step: 'nothing' };
      return job.failed?.keepsJob ? { step: 'keep', why: 'keptByPolicy' } : { step: 'delete' };
    case 'Stopped':
    case 'InError':
    case 'Waiting':
      if (!isToGo) return { step: 'nothing' };
      if (job.failed?.byRefusal) return { step: 'keep', why: 'refused' };
      return job.failed?.keepsJob ? { step: 'keep', why: 'keptByPolicy' } : { step: 'delete' };
    default:
      return { step: 'keep', why: 'unknownStatus' };
  }
}
