/** What the API last said of the job of a server that failed: the job itself may be deleted since. Times as the API gives them. */
export interface JobEvidence {
  jobId: string;
  /** When it was read; milliseconds since the epoch. */
  readAt: number;
  /** Absent where the job was not listed any more. */
  job?: {
    status: string;
    businessStatus?: string;
    /** Percent. */
    progress?: number;
    errorCode?: string;
    statusInfo?: string;
    creationTime?: string;
    startTime?: string;
    endTime?: string;
    /** Its intermediate instance. */
    transitionInstanceId?: string;
    /** The newest ones, oldest first. */
    runs?: { type?: string; startTime?: string; endTime?: string; imageId?: string }[];
  };
  /** The source server at the same time; absent where it was not listed. */
  source?: { sourceId: string; state: string; errorCode?: string; statusInfo?: string };
}
