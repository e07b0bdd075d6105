/** Whether a worker takes work, and why not. */
export interface Health {
  /** The worker takes work from now on. */
  ready(): void;
  /** It does not take work yet, or no longer. */
  notReady(reason: string): void;
  /** Why it takes no work; undefined while it does. */
  readonly reason: string | undefined;
}

/** The health of a worker that has just been started. */
export function newHealth(): Health {
  let reason: string | undefined = 'it is starting';
  return {
    ready: () => {
      reason = undefined;
    },
    notReady: (why) => {
      reason = why;
    },
    get reason() {
      return reason;
    },
  };
}
