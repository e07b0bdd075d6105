/**
 * The account's time: it starts at a given moment (now, or the time of its state file) and runs `speed` times as fast
 * as the machine's. All virtual times are milliseconds since 1970.
 */
export interface VirtualClock {
  readonly startedAt: number;
  now(): number;
  /** Milliseconds of this machine's time since the clock was started. */
  realMs(): number;
  /** When, in {@link realMs}, it was this virtual time; never in the future. */
  realMsAt(virtual: number): number;
  /** Moves the time forward; an event that was due in between happens at its own time. */
  skip(seconds: number): void;
}

/** A clock; with `speed` 0 only `skip` moves it. */
export function startClock(options: { speed: number; startAt?: number }): VirtualClock {
  const startedAt = options.startAt ?? Date.now();
  const realStart = performance.now();
  let skippedMs = 0;
  const realMs = () => performance.now() - realStart;
  return {
    startedAt,
    realMs,
    now: () => startedAt + skippedMs + realMs() * options.speed,
    realMsAt(virtual) {
      const real = realMs();
      if (options.speed === 0) return real;
      return Math.min(real, Math.max(0, (virtual - startedAt - skippedMs) / options.speed));
    },
    skip(seconds) {
      skippedMs += seconds * 1000;
    },
  };
}

/** A time as the API writes it: UTC, to the second. */
export function utcTime(virtual: number): string {
  return `${new Date(virtual).toISOString().slice(0, 19)}Z`;
}
