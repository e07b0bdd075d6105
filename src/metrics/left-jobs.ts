import type { BatchFigures } from '../../workflows/contract/figures';

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

/**
 * A batch that runs tells its leftovers itself. What stays when it has ended is read from the account, seldom: between its end and the
 * next read its own last figures count, so that an alert on them goes on.
 */
export function leftJobs({ read, everyMs }: LeftJobsReader, failed: () => void): LeftJobs {
  const running = new Map<string, LeftByBatch | undefined>();
  /** Ended since the account was last read. */
  let justEnded = new Map<string, { left: LeftByBatch; endedAt: number }>();
  let seen: LeftJob[] = [];
  let dueAt = Number.NEGATIVE_INFINITY;
  let isReading = false;

  async function readAccount(now: number): Promise<void> {
    const before = justEnded;
    const found = await read([...running.keys()]);
    if (!found) {
      dueAt = now;
      return;
    }
    seen = found;
    // A batch that has ended meanwhile is in the next read.
    justEnded = new Map([...justEnded].filter(([batch]) => !before.has(batch)));
    dueAt = now + everyMs;
  }

  return {
    look(names, answered, now) {
      for (const [batch, left] of running) {
        if (names.includes(batch)) continue;
        running.delete(batch);
        if (!left || left.leftovers === 0) continue;
        justEnded = new Map([...justEnded, [batch, { left, endedAt: now }]]);
        dueAt = Math.min(dueAt, now);
      }
      for (const batch of names) running.set(batch, running.get(batch));
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
      const byBatch = new Map<string, LeftByBatch>();
      for (const [batch, { left, endedAt }] of justEnded) {
        const isBilled = left.leftoverSeconds > 0;
        const leftoverSeconds = isBilled ? left.leftoverSeconds + (now - endedAt) / 1000 : 0;
        byBatch.set(batch, { batch, leftovers: left.leftovers, leftoverSeconds });
      }
      const counts = new Map<string, LeftByBatch>();
      for (const { batch, billedSince } of seen) {
        const count = counts.get(batch) ?? { batch, leftovers: 0, leftoverSeconds: 0 };
        count.leftovers++;
        // An instance that is billed counts, also where the account's clock is ahead of this machine's.
        if (billedSince !== undefined) count.leftoverSeconds += Math.max(1, (now - billedSince) / 1000);
        counts.set(batch, count);
      }
      for (const [batch, count] of counts) if (!byBatch.has(batch)) byBatch.set(batch, count);
      return [...byBatch.values()].filter(({ batch }) => !running.has(batch));
    },
  };
}
