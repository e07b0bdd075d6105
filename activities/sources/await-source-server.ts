import { Context } from '@temporalio/activity';
import { sourceNotReady } from '../../src/inventory/source-facts';
import { lateReadPatience, SmcError, type SourceServer } from '../../src/smc';
import { type ActivityContext, withHeartbeat } from '../calls/context';
import { smcFailure } from '../calls/failure-of-error';
import { smcApplicationFailure } from '../calls/smc-failure';
import { tellBatch } from '../workflows/tell-batch';

export interface AwaitSourceServerInput {
  batch: string;
  server: string;
  round: number;
  sourceId: string;
  /** The server's job: when it is listed and the source is not, the source was removed from the account. */
  jobId: string;
}

/**
 * Waits until a source can be replicated again: a job that is started while its source is offline breaks again. It tells the
 * batch why it waits. SMC: DescribeSourceServers, DescribeReplicationJobs.
 */
export function awaitSourceServer({ smc, pollIntervalSeconds }: ActivityContext) {
  return async ({ batch, server, round, sourceId, jobId }: AwaitSourceServerInput): Promise<void> => {
    const activity = Context.current();
    let seen: { sourceId: string; state?: string; reason?: string } = { sourceId };
    await withHeartbeat(
      () => seen,
      async (beat) => {
        let told: string | undefined;
        const hasBeenAway = lateReadPatience(pollIntervalSeconds);
        for (;;) {
          const look = await lookAtSource().catch((error: unknown) => {
            if (!(error instanceof SmcError)) throw error;
            // A transient error does not end the wait. Any other one ends this attempt: another worker may get an answer.
            if (error.class !== 'throttled' && error.class !== 'transient')
              throw smcApplicationFailure(error);
            return undefined;
          });
          if (look?.source && isUsable(look.source)) return;
          const reason = look && (look.source ? reasonOf(look.source) : notListed(sourceId));
          if (look && hasBeenAway(look.isTakenOut)) throw smcApplicationFailure(notListed(sourceId), 1);
          seen = { sourceId, state: look?.source?.state, reason: reason?.message };
          if (reason && reason.message !== told) {
            told = reason.message;
            beat();
            await tellBatch(batch, { kind: 'waitsForSource', server, round, error: smcFailure(reason) });
          }
          await activity.sleep(Math.max(1, pollIntervalSeconds) * 1000);
        }
      },
    );

    async function lookAtSource(): Promise<{ source?: SourceServer; isTakenOut: boolean }> {
      const options = { signal: activity.cancellationSignal };
      const answer = await smc.describeSourceServers({ sourceIds: [sourceId] }, options);
      const source = answer.sourceServers.find((found) => found.sourceId === sourceId);
      if (source) return { source, isTakenOut: false };
      // When the job is not listed either, the read comes from another account, or from an old copy.
      const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] }, options);
      return { isTakenOut: replicationJobs.some((job) => job.jobId === jobId) };
    }
  };
}

const notListed = (sourceId: string) =>
  new SmcError({
    code: 'SourceServer.NotFound',
    message: `source server ${sourceId} is not listed in the account`,
    action: 'DescribeSourceServers',
  });

/** Whether the source can be replicated. InUse counts: it is in use by the server's own job. */
const isUsable = ({ state }: SourceServer) =>
  state === 'Available' || state === 'Active' || state === 'InUse';

const reasonOf = (source: SourceServer) =>
  new SmcError({ ...sourceNotReady(source), action: 'DescribeSourceServers' });
