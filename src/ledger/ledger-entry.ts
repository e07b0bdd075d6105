/** The ledger of a source that was migrated. */
export interface LedgerEntry {
  batch: string;
  /** The image, or the instance, that was made of the source. */
  image?: string;
  /** The job that proves it, where the source is not tagged. */
  jobId?: string;
}

/** The batch and the server that a replication job belongs to. */
export interface JobOwner {
  batch: string;
  server?: string;
}
