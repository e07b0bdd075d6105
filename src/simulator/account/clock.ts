/**
 * The account's time: it starts at a given moment (today, or where a snapshot left it) and runs `speed` times as fast
 * as the machine's. All virtual times are milliseconds since 1970.
 */
export interface VirtualClock {
  readonly startedAt: number;
  now(): number;
  /** Milliseconds of this machine's time since the clock was started. */
  realMs(): number;
  /** When, in {@link realMs}, it was this virtual time; never in the future. */
  realMsAt(virtual: number): number;
  /** Jumps ahead; what was due in between happens at its own time. */
  skip(seconds: number): void;
}

/** A clock; `speed` 0 stands still until it is told to skip. */
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

/** As the API writes times: UTC, to the second. */
export function utcTime(virtual: number): string {
  return `${new Date(virtual).toISOString().slice(0, 19)}Z`;
}
