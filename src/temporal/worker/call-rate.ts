import { SmcError, type Transport } from '../../smc';
import type { QueueLimit } from '../queue-limit';

export interface CallRateOptions {
  limit: QueueLimit;
  /** The limit in activities per second (`SMC_CALLS_PER_SECOND`) while SMC does not throttle; absent: no limit. */
  ceiling?: number;
  /** After so long without throttling the limit is raised by a step. */
  quietMs: number;
  /** Called at each change with a sentence for the operator. */
  say: (line: string) => void;
}

/** Lowers the rate limit of the activity task queue while SMC throttles, and raises it again afterwards. */
export interface CallRate {
  /** Reads the limit regularly, so that a limit that another worker has left is raised again. */
  start(): void;
  activityStarted(): void;
  throttled(): void;
  /** Whether calls must go through the task queue: it has a limit, or will have one in a moment. */
  isLimited(): boolean;
  close(): Promise<void>;
}

/** The least time between two steps down: fifty refusals at once cause one step, and a step needs time to work. */
const stepMs = 5_000;
const raiseFactor = 1.5;
/** Without a ceiling, a limit is removed above this: hardly any batch starts more activities per second. */
const unlimitedAbovePerSecond = 100;

/** After so many failures in a row the operator is told once. */
const tellingFailures = 3;

/** gRPC: UNIMPLEMENTED from a Temporal before 1.29, PERMISSION_DENIED for a role that may not configure task queues. */
const noSuchRight = new Map<unknown, string>([
  [12, 'this Temporal server does not offer it'],
  [7, 'this worker may not do it'],
]);

/**
 * The rate of activity starts for the whole account. Every worker reads the limit before it changes it, and counts a change by
 * another worker as its own: so the steps of several workers do not add up, and none raises a limit that another has just lowered.
 */
export function createCallRate({ limit, ceiling, quietMs, say }: CallRateOptions): CallRate {
  const least = Math.min(1, ceiling ?? 1);
  const measured = startRate();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let isOff = false;
  let failures = 0;
  let throttledAt = Number.NEGATIVE_INFINITY;
  // When a change by any worker was first seen, by this machine's clock, which may differ from the server's.
  let changedAt = Number.NEGATIVE_INFINITY;
  let changed: string | undefined;
  let hasLimit = false;

  async function read() {
    const present = await limit.read();
    hasLimit = present.perSecond !== undefined;
    if (present.changed !== changed) changedAt = Date.now();
    changed = present.changed;
    return present;
  }

  async function set(perSecond: number | undefined, reason: string): Promise<void> {
    changed = await limit.set(perSecond, reason);
    hasLimit = perSecond !== undefined;
    changedAt = Date.now();
  }

  async function lower(): Promise<void> {
    const { perSecond, isOurs, dispatchedPerSecond } = await read();
    if (perSecond !== undefined && !isOurs) return;
    if (Date.now() - changedAt < stepMs) return;
    const unlimited = Math.min(
      ceiling ?? Number.POSITIVE_INFINITY,
      Math.max(measured.perSecond(), dispatchedPerSecond),
    );
    const lowered = Math.max(least, rounded((perSecond ?? unlimited) / 2));
    // Set again even at the lowest limit: by this the other workers see that SMC still throttles.
    await set(lowered, 'SMC throttles');
    if (lowered !== perSecond) say(`SMC throttles: ${perSecondText(lowered)} from now on`);
  }

  async function raise(): Promise<void> {
    const { perSecond, isOurs } = await read();
    if (perSecond === undefined || !isOurs) return;
    if (Date.now() - Math.max(changedAt, throttledAt) < quietMs) return;
    const raised = rounded(perSecond * raiseFactor);
    const quiet = 'SMC no longer throttles';
    if (raised < (ceiling ?? unlimitedAbovePerSecond)) {
      await set(raised, quiet);
      say(`${quiet}: ${perSecondText(raised)} from now on`);
    } else {
      // Without a limit on the server, that of the workers' own settings counts.
      await set(undefined, quiet);
      say(`${quiet}: ${ceiling ? perSecondText(ceiling) : 'no limit'} from now on, as before`);
    }
  }

  /** Makes one change at a time. A refusal meanwhile is ignored: while SMC throttles, the next one comes soon. */
  function turn(change: () => Promise<void>): void {
    if (working || isOff) return;
    working = change()
      .then(() => {
        failures = 0;
      })
      .catch((error: { code?: unknown; details?: string; message?: string }) => {
        const reason = noSuchRight.get(error.code);
        if (!reason) {
          // Temporal may not answer for a moment: the next turn tries again.
          if (++failures === tellingFailures)
            say(
              `The rate of activities cannot be changed right now; it is tried again: ${error.details || error.message}`,
            );
          return;
        }
        isOff = true;
        clearInterval(timer);
        say(
          `The rate of activities cannot be lowered when SMC throttles, as ${reason} (UpdateTaskQueueConfig): ` +
            'calls are only repeated later',
        );
      })
      .finally(() => {
        working = undefined;
      });
  }

  return {
    start() {
      timer = setInterval(() => turn(raise), quietMs / 3);
      turn(raise);
    },
    activityStarted: measured.count,
    isLimited: () => hasLimit || ceiling !== undefined || Date.now() - throttledAt < quietMs,
    throttled() {
      throttledAt = Date.now();
      if (throttledAt - changedAt >= stepMs) turn(lower);
    },
    async close() {
      isOff = true;
      clearInterval(timer);
      await working;
    },
  };
}

/** A transport that calls `throttled` for each call that SMC throttles. */
export function tellThrottling(transport: Transport, throttled: () => void): Transport {
  return {
    ...transport,
    async call(action, params, options) {
      try {
        return await transport.call(action, params, options);
      } catch (error) {
        if (error instanceof SmcError && error.class === 'throttled') throttled();
        throw error;
      }
    },
  };
}

const rounded = (perSecond: number) => Math.round(perSecond * 10) / 10;

const perSecondText = (perSecond: number) =>
  `at most ${perSecond} ${perSecond === 1 ? 'activity' : 'activities'} per second over all workers`;

/** The activities per second that this process has started in the last seconds. */
function startRate() {
  const windowMs = 5_000;
  let starts: number[] = [];
  const recent = () => {
    const now = Date.now();
    starts = starts.filter((at) => now - at <= windowMs);
    return starts;
  };
  return {
    count: () => {
      starts.push(Date.now());
      // Not at each start: a large batch starts hundreds a second.
      if (starts.length % 1_000 === 0) recent();
    },
    /** The rate; a burst that has just begun counts as one second long. */
    perSecond: () => {
      const { length, 0: first = 0 } = recent();
      return length / Math.max(1, (Date.now() - first) / 1000);
    },
  };
}
