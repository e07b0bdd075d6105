import type { BatchFigures } from '../../workflows/contract/figures/figures';

/** A job in the account whose batch no longer runs, and on which no workflow works. */
export interface LeftJob {
  batch: string;
  /** Its intermediate instance is billed since then, milliseconds since the epoch; absent where it has none. */
  billedSince?: number;
}

/** Reads such jobs from the account. */
export interface LeftJobsReader {
  /** `running` are batches that need not be looked up. Undefined where the account cannot be asked yet. */
  read(running: readonly string[]): Promise<LeftJob[] | undefined>;
  /** So often at most, however often the page is read. */
  everyMs: number;
}

/** What a batch has left in the account. */
export type LeftByBatch = Pick<BatchFigures, 'batch' | 'leftovers' | 'leftoverSeconds'>;

/** Knows what batches that have ended have left, until it is gone from the account. */
export interface LeftJobs {
  /**
   * Takes the names of the batches that run, and the figures of those that have answered; begins to read the account where it is
   * time, and does not wait for that.
   */
  look(names: readonly string[], answered: readonly BatchFigures[], now: number): void;
  /** Of the batches that do not run. */
  figures(now: number): LeftByBatch[];
}

/** The last figures of a batch that has ended. */
interface LastFigures {
  left: LeftByBatch;
  endedAt: number;
  /** The account has been read since. */
  isRead?: true;
}

/**
 * A batch that runs tells its leftovers itself. What stays when it has ended is read from the account, seldom: between its end and the
 * next read its own last figures count, so that an alert on them goes on.
 */
export function leftJobs({ read, everyMs }: LeftJobsReader, failed: () => void): LeftJobs {
  const running = new Map<string, LeftByBatch | undefined>();
  const ended = new Map<string, LastFigures>();
  let seen: LeftJob[] = [];
  let dueAt = Number.NEGATIVE_INFINITY;
  let isReading = false;

  async function readAccount(now: number): Promise<void> {
    // A batch that ends meanwhile is in the next read.
    const before = [...ended];
    const found = await read([...running.keys()]);
    if (!found) {
      dueAt = now;
      return;
    }
    seen = found;
    for (const [batch, last] of before) {
      if (found.some((job) => job.batch === batch)) last.isRead = true;
      else ended.delete(batch);
    }
    dueAt = now + everyMs;
  }

  return {
    look(names, answered, now) {
      for (const [batch, left] of running) {
        if (names.includes(batch)) continue;
        running.delete(batch);
        if (!left || left.leftovers === 0) continue;
        ended.set(batch, { left, endedAt: now });
        dueAt = Math.min(dueAt, now);
      }
      for (const batch of names) {
        running.set(batch, running.get(batch));
        ended.delete(batch);
      }
      for (const figures of answered) running.set(figures.batch, figures);
      if (isReading || now < dueAt) return;
      isReading = true;
      dueAt = now + Math.min(everyMs, 60_000);
      void readAccount(now)
        .catch(failed)
        .finally(() => {
          isReading = false;
        });
    },
    figures(now) {
      const byBatch = inAccount(seen, now);
      for (const [batch, last] of ended) {
        const own = grown(last, now);
        const read = last.isRead && byBatch.get(batch);
        // The account's clock, and the start that it names, may be others than those of the batch: the bill does not shrink while all jobs are there.
        if (!read) byBatch.set(batch, own);
        else if (read.leftovers >= own.leftovers)
          read.leftoverSeconds = Math.max(read.leftoverSeconds, own.leftoverSeconds);
      }
      return [...byBatch.values()].filter(({ batch }) => !running.has(batch));
    },
  };
}

function inAccount(jobs: readonly LeftJob[], now: number): Map<string, LeftByBatch> {
  const byBatch = new Map<string, LeftByBatch>();
  for (const { batch, billedSince } of jobs) {
    const figures = byBatch.get(batch) ?? { batch, leftovers: 0, leftoverSeconds: 0 };
    figures.leftovers++;
    // An instance that is billed counts, also where the account's clock is ahead of this machine's.
    if (billedSince !== undefined) figures.leftoverSeconds += Math.max(1, (now - billedSince) / 1000);
    byBatch.set(batch, figures);
  }
  return byBatch;
}

/** The figures at its end, with what was billed since. */
function grown(
  { left: { batch, leftovers, leftoverSeconds }, endedAt }: LastFigures,
  now: number,
): LeftByBatch {
  const since = leftoverSeconds > 0 ? (now - endedAt) / 1000 : 0;
  return { batch, leftovers, leftoverSeconds: leftoverSeconds + since };
}
