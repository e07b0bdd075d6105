import type { ServerRecord } from './server-record';

/** What servers of the batch have taken, against what was expected of them: the others are estimated by it. Sums, of seconds. */
export interface Measured {
  /** Servers whose job ran from its first start to its end. */
  servers: number;
  seconds: number;
  /** What was expected of the same servers before anything was measured. */
  expected: number;
  /** Of servers that were cleaned up: their sources tagged, their jobs deleted. */
  cleanUps: number;
  cleanUpSeconds: number;
  /** Of a simulated account: its time runs so many times as fast. */
  speed?: number;
}

export const nothingMeasured = (speed?: number): Measured => ({
  servers: 0,
  seconds: 0,
  expected: 0,
  cleanUps: 0,
  cleanUpSeconds: 0,
  speed,
});

/**
 * Before the first measurement. SMC: some minutes to prepare and clean up, the data at 100 Mbit/s, an image at 30 MB/s; as the
 * preview reckons it. The calls and looks beside it take their seconds in a simulated account as well.
 */
const assumed = {
  fixedSeconds: 180,
  secondsPerGiB: (1024 ** 3 * 8) / 100e6 + 1024 ** 3 / 30e6,
  diskGiB: 40,
  besideSeconds: 3,
  cleanUpSeconds: 10,
};

/** The seconds that are expected of a job for so many GiB before anything is measured. */
const expectedSeconds = (diskGiB: number | undefined, speed = 1) =>
  (assumed.fixedSeconds + (diskGiB || assumed.diskGiB) * assumed.secondsPerGiB) / speed +
  assumed.besideSeconds;

/**
 * The estimated seconds of a server's job from its start to its end, with all its steps: what is expected by its size, as much
 * longer or shorter as those were that have ended. What was expected counts like one more server: the first that ends, one of the
 * fastest, must not speak for all.
 */
export const estimatedSeconds = (diskGiB: number | undefined, measured: Measured): number =>
  expectedSeconds(diskGiB, measured.speed) * factorOf(measured);

function factorOf({ servers, seconds, expected }: Measured): number {
  if (servers === 0 || expected === 0) return 1;
  return ((seconds / expected) * servers + 1) / (servers + 1);
}

/** The estimated seconds from the end of a job to the end of its server: the source is tagged, the job deleted and seen gone. */
export const estimatedCleanUp = ({ cleanUps, cleanUpSeconds }: Measured): number =>
  (cleanUpSeconds + assumed.cleanUpSeconds) / (cleanUps + 1);

/** Takes in what the job of a server of this size has taken. */
export function withJob(measured: Measured, diskGiB: number, seconds: number): Measured {
  return {
    ...measured,
    servers: measured.servers + 1,
    seconds: measured.seconds + seconds,
    expected: measured.expected + expectedSeconds(diskGiB, measured.speed),
  };
}

/** Takes in what a clean-up has taken. */
export const withCleanUp = (measured: Measured, seconds: number): Measured => ({
  ...measured,
  cleanUps: measured.cleanUps + 1,
  cleanUpSeconds: measured.cleanUpSeconds + seconds,
});

/**
 * What servers took that an earlier run of the batch has migrated, by the one in the middle: one that lay still for days
 * must not speak for the others.
 */
export function measuredEarlier(
  took: readonly { seconds: number; diskGiB: number }[],
  speed?: number,
): Measured {
  const known = took.filter(({ seconds, diskGiB }) => seconds > 0 && diskGiB > 0);
  const expectedOf = ({ diskGiB }: { diskGiB: number }) => expectedSeconds(diskGiB, speed);
  const factors = known.map((one) => one.seconds / expectedOf(one)).sort((a, b) => a - b);
  const middle = factors[Math.floor((factors.length - 1) / 2)] ?? 1;
  const expected = known.reduce((sum, one) => sum + expectedOf(one), 0);
  return { ...nothingMeasured(speed), servers: known.length, seconds: middle * expected, expected };
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

/**
 * When a server is likely to have ended, with its clean-up, for people: an estimate of its job whose time is past has proven wrong
 * and is withdrawn, and nobody knows when a source comes back.
 */
export function estimatedEndOf(record: ServerRecord, measured: Measured, now: number): number | undefined {
  const cleanUpMs = Math.round(estimatedCleanUp(measured) * 1000);
  if (record.phase === 'finishing') {
    const end = (record.stoppedRunningAt ?? now) + cleanUpMs;
    return end > now ? end : undefined;
  }
  if (record.phase === 'recovering' && (record.nextStartAt ?? 0) <= now) return undefined;
  const end = likelyEnd(record, estimatedSeconds(record.diskGiB, measured), now);
  return end !== undefined && end > now ? end + cleanUpMs : undefined;
}
