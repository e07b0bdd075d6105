/** What the ledger says of a source that was migrated. */
export interface LedgerEntry {
  batch: string;
  /** The image, or the instance, that was made of it. */
  image?: string;
  /** The job that says so, where the source does not. */
  jobId?: string;
}

/** Whose a replication job is. */
export interface JobOwner {
  batch: string;
  server?: string;
}
