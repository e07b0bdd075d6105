import { setHandler, workflowInfo } from '@temporalio/workflow';
import { type ServerStanding, standingQuery } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';

/** The part of a standing that changes at each step. */
export type Step = ServerStanding extends infer S
  ? S extends ServerStanding
    ? Omit<S, 'sourceId' | 'round' | 'creationId' | 'startedAt' | 'starts'> & { starts?: number }
    : never
  : never;

/** The standing of this workflow's server; a batch that is applied again asks for it. */
let standing: ServerStanding | undefined;

/** Sets the handler of the query; called once, at the start of the workflow. */
export function answerStanding({ sourceId, round, creationId }: ServerMigrationInput): void {
  standing = {
    phase: 'migrating',
    sourceId,
    round,
    creationId,
    startedAt: workflowInfo().startTime.getTime(),
    starts: 1,
  };
  setHandler(standingQuery, () => standing!);
}

/** Notes that the server has reached its next step. */
export function noteStanding(step: Step): void {
  if (!standing) return;
  const { sourceId, round, creationId, startedAt, starts, grantedRequest } = standing;
  standing = { starts, grantedRequest, ...step, sourceId, round, creationId, startedAt };
}
