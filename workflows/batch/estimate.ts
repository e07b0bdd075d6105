/** What the batch has measured of itself: how long servers of so many GiB have taken. */
export interface Throughput {
  seconds: number;
  diskGiB: number;
}

/** SMC: 100 Mbit/s into the intermediate instance and an image at 30 MB/s, before anything has been measured. */
const assumedSecondsPerGiB = (1024 ** 3 * 8) / 100e6 + 1024 ** 3 / 30e6;
const assumedDiskGiB = 40;

/** Seconds that a server of this size takes, by what has been measured so far. */
export function estimatedSeconds(diskGiB: number | undefined, measured: Throughput): number {
  const perGiB = measured.diskGiB > 0 ? measured.seconds / measured.diskGiB : assumedSecondsPerGiB;
  return (diskGiB || assumedDiskGiB) * perGiB;
}

/**
 * When the batch will have ended, were all its slots kept busy: the longer of all remaining work over the slots and
 * of the longest single server. Undefined when nothing more moves by itself.
 */
export function estimatedEnd(
  servers: {
    remaining(
      seconds: (diskGiB: number | undefined) => number,
      now: number,
    ): { work: number; longest: number };
  },
  slots: number,
  measured: Throughput,
  now: number,
): number | undefined {
  const { work, longest } = servers.remaining((diskGiB) => estimatedSeconds(diskGiB, measured), now);
  if (work === 0 || slots === 0) return undefined;
  return now + Math.max(work / slots, longest) * 1000;
}
