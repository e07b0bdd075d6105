import type { PlannedServer, Policy } from '../../src/plan';
import type { ServerResult } from './server-messages';

/** What the batch gives a server's workflow. */
export interface ServerMigrationInput {
  batch: string;
  server: string;
  /** Counts the times the batch has taken the server up, from 1. */
  round: number;
  sourceId: string;
  /** Unique for each round of each run of the batch: two of them are two jobs. */
  creationId: string;
  job: PlannedServer['job'];
  /** A job of an earlier life of the batch, to be adopted. */
  knownJobId?: string;
  /** The batch wants to hear that its slot was used: the API has refused others. */
  wantsStartAccepted?: boolean;
  /** Of an incremental job; absent: when told. */
  cutoverAt?: string;
  policy: Pick<
    Policy,
    'attempts' | 'restartDelaySeconds' | 'jobTimeoutSeconds' | 'stallTimeoutSeconds' | 'onFailure'
  >;
}

/** The workflow `serverMigration`, which a batch starts for each server. */
export type ServerMigration = (input: ServerMigrationInput) => Promise<ServerResult>;
