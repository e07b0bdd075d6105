import { Context } from '@temporalio/activity';
import { SmcError } from '../src/smc';
import type { ServerResult } from '../workflows/messages';
import { type ActivityContext, withHeartbeat } from './context';
import { smcApplicationFailure } from './smc-failure';
import { tellBatch } from './tell-batch';

export interface DeleteReplicationJobInput {
  jobId: string;
  /** Told to the batch once the job is seen gone: the server's slot is free. */
  report?: { batch: string; server: string; round: number; result: ServerResult };
}

/** A deletion that shows no effect after so many looks is asked for again. */
const looksBeforeRepeat = 10;

/**
 * Deletes a job and waits until it is seen gone: deletion is asynchronous and holds its slot until then. A job that is
 * not there is fine. SMC: DeleteReplicationJob.
 */
export function deleteReplicationJob({ smc, poller }: ActivityContext) {
  return async ({ jobId, report }: DeleteReplicationJobInput): Promise<void> => {
    const activity = Context.current();
    const signal = activity.cancellationSignal;
    let seen = 'asked to delete';
    let contradictions = 0;
    await withHeartbeat(
      () => ({ jobId, status: seen }),
      async () => {
        for (;;) {
          let refusal: SmcError | undefined;
          try {
            await smc.deleteReplicationJob({ jobId }, { signal });
          } catch (error) {
            if (!(error instanceof SmcError)) throw error;
            // A refusal may mean that it is gone or going: look before judging.
            if (error.class === 'throttled' || error.class === 'transient' || error.class === 'quota') {
              throw smcApplicationFailure(error, activity.info.attempt);
            }
            refusal = error;
          }
          for (let looks = 0; looks < looksBeforeRepeat; looks++) {
            const look = await poller.nextLook(jobId, signal);
            if (!look.job) {
              if (look.error) continue;
              return;
            }
            seen = look.job.status;
            if (seen === 'Deleting' || !refusal) continue;
            // Running again (an incremental sync) passes by itself.
            if (seen === 'Running' && refusal.class === 'state') {
              contradictions = 0;
              continue;
            }
            // It has ended since it was refused, or what we see is late: then asking again will do.
            const mayPass = refusal.class === 'state' || refusal.code.endsWith('.NotFound');
            if (mayPass && ++contradictions < looksBeforeRepeat) break;
            throw smcApplicationFailure(refusal, activity.info.attempt);
          }
        }
      },
    );
    if (!report) return;
    const { batch, ...ended } = report;
    await tellBatch(batch, { kind: 'ended', ...ended });
  };
}
