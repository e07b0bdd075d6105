/** What decides how long one run of a replication job takes. */
export interface JobSize {
  /** Bytes to carry: what is used on the source's disks, or their size where that is not known. */
  bytes: number;
  /** The job's `bandwidth_limit` in Kbit/s; absent or 0: none. */
  bandwidthLimitKbps?: number;
}

/** Seconds of each part of a run, in the order of the job's BusinessStatus. */
export interface JobLength {
  preparing: number;
  syncing: number;
  processing: number;
  cleaning: number;
  total: number;
}

// SMC: 100 Mbit/s into the intermediate instance, images at about 30 MB/s. Preparing and cleaning take minutes.
const networkBytesPerSecond = 100_000_000 / 8;
const imageBytesPerSecond = 30_000_000;
const preparingSeconds = 120;
const cleaningSeconds = 60;

/**
 * How long a whole run takes by SMC's published speeds: an estimate, right within a factor of two or so.
 *
 * @example
 * jobLength({ bytes: 100e9 }).total / 3600 // 3.2
 */
export function jobLength({ bytes, bandwidthLimitKbps = 0 }: JobSize): JobLength {
  const limit = bandwidthLimitKbps > 0 ? (bandwidthLimitKbps * 1000) / 8 : Number.POSITIVE_INFINITY;
  const syncing = bytes / Math.min(networkBytesPerSecond, limit);
  const processing = bytes / imageBytesPerSecond;
  return {
    preparing: preparingSeconds,
    syncing,
    processing,
    cleaning: cleaningSeconds,
    total: preparingSeconds + syncing + processing + cleaningSeconds,
  };
}
