/** The throughput that the batch has measured: the time that servers of so many GiB have taken. */
export interface Throughput {
  seconds: number;
  diskGiB: number;
}

/** The assumption before the first measurement. SMC: 100 Mbit/s into the intermediate instance, an image at 30 MB/s. */
const assumedSecondsPerGiB = (1024 ** 3 * 8) / 100e6 + 1024 ** 3 / 30e6;
const assumedDiskGiB = 40;

/** The estimated seconds for a server of this size, by the measurements so far. */
export function estimatedSeconds(diskGiB: number | undefined, measured: Throughput): number {
  const perGiB = measured.diskGiB > 0 ? measured.seconds / measured.diskGiB : assumedSecondsPerGiB;
  return (diskGiB || assumedDiskGiB) * perGiB;
}

/** The estimated end of a server under way, by its size and the measurements; milliseconds since the epoch. */
export const estimatedEndOf = (
  { startedAt, diskGiB }: { startedAt?: number; diskGiB?: number },
  measured: Throughput,
): number | undefined => startedAt && startedAt + Math.round(estimatedSeconds(diskGiB, measured) * 1000);
