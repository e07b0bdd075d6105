import type { ServerRecord } from './server-record';

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

/**
 * When the job of a server under way is likely to have ended, should it run for so many seconds in all; milliseconds since
 * the epoch. A wait for a restart counts, and a restart goes on where the job broke. Undefined where nothing tells.
 */
export function likelyEnd(record: ServerRecord, seconds: number, now: number): number | undefined {
  const { phase, startedAt, idleSince = now, idleMs = 0 } = record;
  if (startedAt === undefined) return undefined;
  const wholeMs = Math.round(seconds * 1000);
  if (phase === 'migrating') return startedAt + idleMs + wholeMs;
  if (phase !== 'recovering') return undefined;
  const ranMs = Math.max(0, idleSince - startedAt - idleMs);
  return Math.round(Math.max(now, record.nextStartAt ?? now) + Math.max(0, wholeMs - ranMs));
}

/** The same for people: an estimate whose time is past has proven wrong and is withdrawn, and nobody knows when a source comes back. */
export function estimatedEndOf(record: ServerRecord, measured: Throughput, now: number): number | undefined {
  if (record.phase === 'recovering' && (record.nextStartAt ?? 0) <= now) return undefined;
  const end = likelyEnd(record, estimatedSeconds(record.diskGiB, measured), now);
  return end !== undefined && end > now ? end : undefined;
}

/** Of an account whose time runs so many times as fast; the first server that is measured counts for more. */
export const simulatedThroughput = (speed: number): Throughput => ({
  seconds: assumedSecondsPerGiB / speed,
  diskGiB: 1,
});

/**
 * What servers took that an earlier run of the batch has migrated, by the one in the middle: one that lay still for days
 * must not speak for the others.
 */
export function earlierThroughput(took: readonly Throughput[]): Throughput {
  const known = took.filter(({ seconds, diskGiB }) => seconds > 0 && diskGiB > 0);
  if (known.length === 0) return { seconds: 0, diskGiB: 0 };
  const perGiB = known.map(({ seconds, diskGiB }) => seconds / diskGiB).sort((a, b) => a - b);
  const diskGiB = known.reduce((sum, one) => sum + one.diskGiB, 0);
  return { seconds: perGiB[Math.floor((perGiB.length - 1) / 2)]! * diskGiB, diskGiB };
}
