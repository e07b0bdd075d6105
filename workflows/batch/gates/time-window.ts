import type { TimeWindow, Weekday } from '../../../src/plan';

const minuteMs = 60_000;
const weekdays: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Formatters by time zone. One throws when this machine does not know the zone: the batch has asked only one worker. */
const clocks = new Map<string, Intl.DateTimeFormat>();

interface LocalTime {
  /** `2030-12-31` */
  date: string;
  weekday: Weekday;
  /** Minutes since local midnight. */
  minutes: number;
}

/** Whether servers may start at this time (milliseconds since the epoch); without a window only lockout dates count. */
export function isOpen(window: TimeWindow | undefined, lockoutDates: readonly string[], at: number): boolean {
  // The calendar is the most expensive part of a decision.
  if (!window && lockoutDates.length === 0) return true;
  const zone = window?.timezone ?? 'UTC';
  const now = localTime(at, zone);
  if (lockoutDates.includes(now.date)) return false;
  if (!window) return true;
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const isOpenDay = (day: Weekday) => window.days === undefined || window.days.includes(day);
  if (from < to) return now.minutes >= from && now.minutes < to && isOpenDay(now.weekday);
  // A window over midnight: its hours after midnight belong to the day on which it opened.
  if (now.minutes >= from) return isOpenDay(now.weekday);
  return now.minutes < to && isOpenDay(weekdays[(weekdays.indexOf(now.weekday) + 6) % 7]!);
}

/** The next time from `at` on at which servers may start; undefined when there is none within a year. */
export const nextOpening = remembered(openingFrom);

/**
 * When the open window closes; of a closed one, when it has closed last. Undefined where it does neither within nine days: a
 * window without an end, or one that has not been open for longer.
 */
export const closingTime = remembered(closingFrom);

type Find = (
  window: TimeWindow | undefined,
  lockoutDates: readonly string[],
  at: number,
) => number | undefined;

/** Remembers the last answer for the dates and the window of a plan: until then it stays the same. That there is none holds for a day. */
function remembered(find: Find): Find {
  type Answer = { at: number; holdsUntil: number; time: number | undefined };
  const answers = new WeakMap<readonly string[], Map<TimeWindow | undefined, Answer>>();
  return (window, lockoutDates, at) => {
    const known = answers.get(lockoutDates) ?? new Map<TimeWindow | undefined, Answer>();
    const last = known.get(window);
    if (last && last.at <= at && at <= last.holdsUntil) return last.time;
    const time = find(window, lockoutDates, at);
    answers.set(lockoutDates, known.set(window, { at, holdsUntil: time ?? at + 1440 * minuteMs, time }));
    return time;
  };
}

function openingFrom(
  window: TimeWindow | undefined,
  lockoutDates: readonly string[],
  at: number,
): number | undefined {
  const end = at + 366 * 24 * 60 * minuteMs;
  const length = window ? (minutesOf(window.to) - minutesOf(window.from) + 1440) % 1440 || 1440 : 1440;
  const step = Math.max(1, Math.min(30, Math.floor(length / 2))) * minuteMs;
  for (let time = at; time < end; time += step) {
    if (!isOpen(window, lockoutDates, time)) continue;
    // The window has opened within the last step: find the minute.
    let opening = Math.floor(time / minuteMs) * minuteMs;
    while (opening - minuteMs >= at && isOpen(window, lockoutDates, opening - minuteMs)) opening -= minuteMs;
    return Math.max(opening, at);
  }
  return undefined;
}

function closingFrom(
  window: TimeWindow | undefined,
  lockoutDates: readonly string[],
  at: number,
): number | undefined {
  if (!window && lockoutDates.length === 0) return undefined;
  const open = (time: number) => isOpen(window, lockoutDates, time);
  const minute = Math.floor(at / minuteMs) * minuteMs;
  const [step, wanted] = open(minute) ? [minuteMs, false] : [-minuteMs, true];
  const most = 9 * 24 * 60 * minuteMs;
  for (let gone = 0; gone < most; gone += 15 * minuteMs) {
    const from = minute + Math.sign(step) * gone;
    if (open(from + 15 * step) !== wanted) continue;
    let time = from;
    while (open(time) !== wanted) time += step;
    return wanted ? time + minuteMs : time;
  }
  return undefined;
}

/** Whether the window opens on this local date. */
export const opensOn = ({ days }: TimeWindow, date: string): boolean =>
  days === undefined || days.includes(weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()]!);

/** The local time of a zone, to the minute. */
export function localTime(at: number, zone: string): LocalTime {
  if (zone === 'UTC') return utcTime(new Date(at));
  const parts = Object.fromEntries(
    clock(zone)
      .formatToParts(new Date(at))
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    weekday: parts.weekday!.slice(0, 3).toLowerCase() as Weekday,
    minutes: (Number(parts.hour) % 24) * 60 + Number(parts.minute),
  };
}

/** Needs no calendar of zones, which takes some hundred times as long. */
const utcTime = (time: Date): LocalTime => ({
  date: time.toISOString().slice(0, 10),
  weekday: weekdays[time.getUTCDay()]!,
  minutes: time.getUTCHours() * 60 + time.getUTCMinutes(),
});

function clock(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(timeZone, made);
  return made;
}

/** Minutes since midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}
