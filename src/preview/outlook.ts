/** What may keep a batch from running more servers at once. */
export interface Limit {
  /** Where it is said: `policy.maxConcurrent`. */
  setting: string;
  value: number;
  /** Of it, what this batch may have now. */
  free: number;
}

/** When a batch would be done if it were started now, what keeps it from being done earlier, and when it would be done without that. */
export interface Outlook {
  /** ISO time; absent where a server would never get its turn. */
  endsAt?: string;
  boundBy?: Bound;
  /** Each ends earlier, the earliest first. */
  instead: Alternative[];
}

export type Bound =
  | { kind: 'slots'; limits: Limit[] }
  | { kind: 'windows'; waves: string[] }
  /** The longest one: nothing that runs beside it makes it shorter. */
  | { kind: 'server'; server: string; seconds: number }
  /** Servers wait for those before them: the waves in their order, dependsOn, exclusive, a start time. */
  | { kind: 'order'; server: string; seconds: number };

/** The same batch with higher limits, or without its windows. */
export interface Alternative {
  settings?: Record<string, number>;
  withoutWindows?: true;
  endsAt: string;
}

export interface OutlookInput {
  /** Milliseconds since the epoch. */
  now: number;
  limits: readonly Limit[];
  /** Those that are still to be migrated, with the seconds that each takes. */
  servers: readonly { name: string; seconds: number }[];
  /** Waves whose servers start in some hours only. */
  windows: readonly string[];
  /** Seconds until the batch would be done: the batch's own decisions, with so many slots. */
  secondsToEnd(slots: number, withWindows: boolean): number | undefined;
}

/** Less is not worth a change of the plan. */
const leastGain = { share: 0.01, seconds: 60 };

/** Asks the same forecast again with each thing changed that could bound it. */
export function outlook({ now, limits, servers, windows, secondsToEnd }: OutlookInput): Outlook {
  const slots = Math.max(1, Math.min(...limits.map(({ free }) => free)));
  const longest = servers.reduce((a, b) => (b.seconds > a.seconds ? b : a), { name: '', seconds: 0 });
  const base = secondsToEnd(slots, true);
  if (longest.seconds === 0) return { instead: [] };
  const gainOf = (seconds: number | undefined) => {
    if (seconds === undefined) return 0;
    if (base === undefined) return Number.POSITIVE_INFINITY;
    const gain = base - seconds;
    return gain > Math.max(base * leastGain.share, leastGain.seconds) ? gain : 0;
  };
  const timeAfter = (seconds: number) => new Date(now + Math.round(seconds) * 1000).toISOString();

  const most = Math.max(slots, servers.length);
  const gainOfSlots = most > slots ? gainOf(secondsToEnd(most, true)) : 0;
  const opened = windows.length > 0 ? secondsToEnd(slots, false) : undefined;
  const gainOfWindows = gainOf(opened);
  const instead: Alternative[] = [];
  if (gainOfSlots > 0) {
    const more = Math.min(2 * slots, most);
    const raised = secondsToEnd(more, true);
    if (raised !== undefined && gainOf(raised) > 0)
      instead.push({ settings: raisedTo(more, limits), endsAt: timeAfter(raised) });
  }
  if (opened !== undefined && gainOfWindows > 0)
    instead.push({ withoutWindows: true, endsAt: timeAfter(opened) });
  const boundBy: Bound =
    gainOfSlots === 0 && gainOfWindows === 0
      ? {
          kind: isMuchLonger(base, longest.seconds) ? 'order' : 'server',
          server: longest.name,
          seconds: Math.round(longest.seconds),
        }
      : gainOfWindows > gainOfSlots
        ? { kind: 'windows', waves: [...windows] }
        : { kind: 'slots', limits: limits.filter(({ free }) => free <= slots) };
  return {
    endsAt: base === undefined ? undefined : timeAfter(base),
    boundBy,
    instead: instead.sort((a, b) => (a.endsAt < b.endsAt ? -1 : 1)),
  };
}

/** A server begins and ends a little beside its job. */
const isMuchLonger = (total: number | undefined, longest: number) =>
  total !== undefined && total > 1.2 * longest;

/** What has to be raised for so many slots. */
const raisedTo = (slots: number, limits: readonly Limit[]) =>
  Object.fromEntries(
    limits
      .filter(({ free }) => free < slots)
      .map(({ setting, value, free }) => [setting, value + slots - free]),
  );
