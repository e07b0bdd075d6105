/** The limit of activity starts a second that Temporal keeps for a task queue, whatever a worker asks for. */
export interface TaskQueueLimit {
  perSecond?: number;
  /** Why it was set. */
  reason?: string;
  /** Milliseconds since the epoch. */
  changedAt?: number;
}

/** Where the limit is kept: for all workers of the task queue at once. */
export interface TaskQueueLimitStore {
  read(): Promise<TaskQueueLimit>;
  /** Without `perSecond` the limit is taken away, and the one the workers ask for counts again. */
  write(perSecond: number | undefined, reason: string): Promise<void>;
}

export interface CallRateOptions {
  store: TaskQueueLimitStore;
  /** `SMC_CALLS_PER_SECOND`: the limit while nothing is throttled; absent: none. */
  ceiling?: number;
  /** Told of each change. */
  say(line: string): void;
}

/** How fast the account is asked: lower while the SMC API throttles, and back up after. */
export interface CallRate {
  /** Takes up a limit that a worker has left which is no more. */
  start(): Promise<void>;
  /** An API call is made. */
  called(): void;
  /** The API has refused one as too many. */
  throttled(): void;
  close(): void;
}

/** By it a limit of ours is told from one that somebody has set by hand, which is theirs to change. */
const ourReason = 'smc-batch: the SMC API throttles';
/** Fifty calls refused at once are one reason to slow down. */
const lowerOnceMs = 5_000;
/** So long nothing must be refused before the next step up. */
const quietMs = 15_000;
const measuredMs = 10_000;
const leastPerSecond = 2;
/** Without a ceiling a limit above this is none. */
const freeAbove = 100;

/**
 * Halves the task queue's limit when the API throttles, and raises it by half after each quiet quarter of a minute, until it is
 * what was asked for. Several workers do this side by side: each looks at the limit, and when it was changed, before it
 * changes it. A Temporal that does not let it be changed is told of once; the workers' own limit stays.
 */
export function createCallRate({ store, ceiling, say }: CallRateOptions): CallRate {
  let calls: number[] = [];
  let throttledAt = Number.NEGATIVE_INFINITY;
  let steppedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const measured = () => {
    const from = Date.now() - measuredMs;
    calls = calls.filter((at) => at > from);
    return calls.length / (measuredMs / 1000);
  };
  const rounded = (perSecond: number) => Math.round(perSecond * 10) / 10;

  async function lower(): Promise<void> {
    const limit = await store.read();
    if (limit.perSecond !== undefined && !isOurs(limit)) return;
    if (Date.now() - (limit.changedAt ?? 0) >= lowerOnceMs) {
      const from = limit.perSecond ?? ceiling ?? measured();
      const perSecond = rounded(Math.max(leastPerSecond, from / 2));
      if (perSecond !== limit.perSecond) {
        await store.write(perSecond, ourReason);
        say(`The SMC API throttles: at most ${perSecond} activities a second from now on, over all workers`);
      }
    }
    raiseLater();
  }

  async function raise(): Promise<void> {
    const limit = await store.read();
    if (limit.perSecond === undefined || !isOurs(limit)) return;
    const isQuiet = Date.now() - Math.max(throttledAt, limit.changedAt ?? 0) >= quietMs;
    if (!isQuiet) return raiseLater();
    const perSecond = rounded(limit.perSecond * 1.5);
    if (perSecond >= (ceiling ?? freeAbove)) {
      await store.write(undefined, ourReason);
      say(
        `The SMC API no longer throttles: ${ceiling ? `${ceiling} activities a second again` : 'no limit again'}`,
      );
      return;
    }
    await store.write(perSecond, ourReason);
    say(`The SMC API no longer throttles: at most ${perSecond} activities a second`);
    raiseLater();
  }

  function raiseLater(): void {
    if (isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void attempt(raise), quietMs);
    timer.unref();
  }

  let hasFailed = false;
  async function attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      // Temporal may only be away for a moment, and a limit of ours must not stay for ever.
      if (step === raise) raiseLater();
      if (hasFailed || isClosed) return;
      hasFailed = true;
      const why = String((error as Error).message).split('\n')[0];
      say(
        `The task queue's rate limit cannot be changed (${why}): throttled calls are only repeated more slowly`,
      );
    }
  }

  return {
    start: () =>
      attempt(async () => {
        if (isOurs(await store.read())) raiseLater();
      }),
    called() {
      calls.push(Date.now());
      if (calls.length > 10_000) measured();
    },
    throttled() {
      throttledAt = Date.now();
      if (throttledAt - steppedAt < lowerOnceMs) return;
      steppedAt = throttledAt;
      void attempt(lower);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

const isOurs = ({ perSecond, reason }: TaskQueueLimit) => perSecond !== undefined && reason === ourReason;
