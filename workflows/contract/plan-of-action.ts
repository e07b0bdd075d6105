import type { SmcFailure } from './failure';

/** What `apply` would do with a plan right now: servers of it. */
export interface PlanOfAction {
  /** Migrated with a new job. */
  migrate: number;
  /** Their job, or their workflow, is at work already, and is joined. */
  adopt: number;
  /** Migrated before. */
  done: number;
  /** Not migrated, with why: the first of them. */
  blocked: number;
  blockedServers: ({ server: string } & Pick<SmcFailure, 'code' | 'message' | 'remedy'>)[];
}

/** The workflow `planOfAction`: it reads the account and Temporal, and changes nothing. */
export type PlanOfActionAnswer = { known: PlanOfAction } | { trouble: SmcFailure };
