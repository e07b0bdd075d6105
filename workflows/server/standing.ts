import { setHandler, workflowInfo } from '@temporalio/workflow';
import { type ServerStanding, standingQuery } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';

/** The part of a standing that changes from one step to the next. */
export type Step = ServerStanding extends infer S
  ? S extends ServerStanding
    ? Omit<S, 'sourceId' | 'creationId' | 'startedAt' | 'starts'> & { starts?: number }
    : never
  : never;

/** Where this workflow's server stands; a batch that is applied again asks for it. */
let standing: ServerStanding | undefined;

/** Begins to answer the query; called once, when the workflow begins. */
export function answerStanding({ sourceId, creationId }: ServerMigrationInput): void {
  standing = {
    phase: 'migrating',
    sourceId,
    creationId,
    startedAt: workflowInfo().startTime.getTime(),
    starts: 1,
  };
  setHandler(standingQuery, () => standing!);
}

/** Notes that the server has reached its next step. */
export function noteStanding(step: Step): void {
  if (!standing) return;
  const { sourceId, creationId, startedAt, starts } = standing;
  standing = { starts, ...step, sourceId, creationId, startedAt };
}
