import { setHandler, workflowInfo } from '@temporalio/workflow';
import { type ServerStanding, standingQuery } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';

/** What changes of a standing from one step to the next. */
export type Step = ServerStanding extends infer S
  ? S extends ServerStanding
    ? Omit<S, 'sourceId' | 'creation' | 'startedAt' | 'starts'> & { starts?: number }
    : never
  : never;

/** Where the server of this workflow stands; a batch that is applied again asks for it. One workflow, one server. */
let standing: ServerStanding | undefined;

/** Answers from now on; called once, at the workflow's begin. */
export function answerStanding({ sourceId, creation }: ServerMigrationInput): void {
  standing = {
    phase: 'migrating',
    sourceId,
    creation,
    startedAt: workflowInfo().startTime.getTime(),
    starts: 1,
  };
  setHandler(standingQuery, () => standing!);
}

/** The server goes on to its next step. */
export function stand(step: Step): void {
  if (!standing) return;
  const { sourceId, creation, startedAt, starts } = standing;
  standing = { starts, ...step, sourceId, creation, startedAt };
}
