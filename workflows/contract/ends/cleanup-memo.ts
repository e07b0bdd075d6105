/** What the memo of a batch's cleanup record says. */
export interface CleanupMemo {
  /** The jobs that `cleanup` has deleted, with the time of it; milliseconds since the epoch. */
  deletedJobs: Record<string, number>;
}
