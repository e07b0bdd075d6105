/** The ledger of a source that was migrated. */
export interface LedgerEntry {
  batch: string;
  /** The image, or the instance, that was made of the source. */
  image?: string;
  /** The job that proves it, where the source is not tagged. */
  jobId?: string;
  /** How it was made, as far as is known. */
  migration?: Migration;
}

/** By which job a source was migrated, and when: milliseconds since the epoch. */
export interface Migration {
  jobId?: string;
  startedAt?: number;
  endedAt?: number;
}

/** The batch and the server that a replication job belongs to. */
export interface JobOwner {
  batch: string;
  server?: string;
}
