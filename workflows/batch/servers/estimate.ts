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

/** When a server under way is likely to end, by its size and what has been measured; milliseconds since the epoch. */
export const estimatedEndOf = (
  { startedAt, diskGiB }: { startedAt?: number; diskGiB?: number },
  measured: Throughput,
): number | undefined => startedAt && startedAt + Math.round(estimatedSeconds(diskGiB, measured) * 1000);
