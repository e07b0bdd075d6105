import { Context } from '@temporalio/activity';
import { SmcError, type SourceServer } from '../src/smc';
import { type ActivityContext, withHeartbeat } from './context';
import { smcApplicationFailure, smcFailure } from './smc-failure';
import { tellBatch } from './tell-batch';

export interface AwaitSourceServerInput {
  batch: string;
  server: string;
  round: number;
  sourceId: string;
}

/**
 * Waits until a source can be replicated again: a job that is started while its source is offline would only break
 * once more. Tells the batch why it waits. SMC: DescribeSourceServers.
 */
export function awaitSourceServer({ smc, pollIntervalSeconds }: ActivityContext) {
  return async ({ batch, server, round, sourceId }: AwaitSourceServerInput): Promise<void> => {
    const activity = Context.current();
    let seen: { sourceId: string; state?: string; reason?: string } = { sourceId };
    await withHeartbeat(
      () => seen,
      async () => {
        let told: string | undefined;
        for (;;) {
          const source = await look().catch((error: unknown) => {
            if (!(error instanceof SmcError)) throw error;
            // An unsteady API must not end the wait; one that says no will go on saying so, maybe to this worker alone.
            if (error.class !== 'throttled' && error.class !== 'transient')
              throw smcApplicationFailure(error);
            return undefined;
          });
          if (source && isUsable(source)) return;
          const reason = source && reasonOf(source);
          seen = { sourceId, state: source?.state, reason: reason?.message };
          if (reason && reason.message !== told) {
            told = reason.message;
            await tellBatch(batch, { kind: 'waitsForSource', server, round, error: smcFailure(reason) });
          }
          await activity.sleep(Math.max(1, pollIntervalSeconds) * 1000);
        }
      },
    );

    async function look(): Promise<SourceServer> {
      const answer = await smc.describeSourceServers(
        { sourceIds: [sourceId] },
        { signal: activity.cancellationSignal },
      );
      const source = answer.sourceServers.find((found) => found.sourceId === sourceId);
      if (source) return source;
      throw new SmcError({
        code: 'SourceServer.NotFound',
        message: `source server ${sourceId} is not in the account any more`,
      });
    }
  };
}

/** InUse: by its own job, which is InError. */
const isUsable = ({ state }: SourceServer) =>
  state === 'Available' || state === 'Active' || state === 'InUse';

const reasonOf = ({ sourceId, state, errorCode, statusInfo }: SourceServer) =>
  new SmcError({
    code: errorCode ?? 'SourceServer.Offline',
    message: `source server ${sourceId} is ${state}${statusInfo ? ` ${statusInfo}` : ''}`,
    action: 'DescribeSourceServers',
  });
