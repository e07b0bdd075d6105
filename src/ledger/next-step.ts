/** What is known of a job that has to stop running, or to leave the account. */
export interface JobToRemove {
  /** As it was last seen. `Gone`: nothing is left of it; `NotSeen`: it cannot be seen; absent: it may run, nobody has looked. */
  status?: string;
  businessStatus?: string;
  /** It is Finished, and its image is not listed yet. */
  awaitsImage?: boolean;
  /** Whether it has only to stop running, or to leave the account. */
  goal: 'notRunning' | 'gone';
  /** Whether its source is tagged as migrated; `refused`: it cannot be tagged. */
  ledger?: 'written' | 'refused';
  /** Its server has failed. */
  failed?: {
    /** A call was refused, so that no end of the job was seen. */
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
 * The one decision to stop, keep or delete a job. A deletion follows from an end that was seen; the source of a Finished
 * job is tagged before its job, the other proof of its migration, goes; work that was done is not thrown away because a
 * call was refused; what this version does not know is left alone.
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
    // Neither has work in it that could be lost. SMC: a job that was started is never Ready again.
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
