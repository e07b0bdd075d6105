import type { PlannedServer, Policy } from '../../src/plan';
import type { ServerResult } from './server-messages';

/** The input of a server's workflow. */
export interface ServerMigrationInput {
  batch: string;
  server: string;
  /** The number of this round of the server: each later round has a higher one, also in a later batch of this name. */
  round: number;
  sourceId: string;
  /** Unique for each round of each batch: each one may create one job. */
  creationId: string;
  job: PlannedServer['job'];
  /** A job that an earlier batch of this name, or an earlier round, has left: it is adopted. */
  knownJobId?: string;
  /** The batch wants a `startAccepted` report, because the API has refused other servers for the quota. */
  wantsStartAccepted?: boolean;
  /** When an incremental job is cut over; absent: when an operator orders it. */
  cutoverAt?: string;
  policy: Pick<
    Policy,
    'attempts' | 'restartDelaySeconds' | 'jobTimeoutSeconds' | 'stallTimeoutSeconds' | 'onFailure'
  >;
}

/**
 * The workflow `serverMigration`, which a batch starts for each server. It ends as its server does: it fails where the server
 * has failed (`serverFailure`), and is cancelled where the server was.
 */
export type ServerMigration = (input: ServerMigrationInput) => Promise<ServerResult>;
