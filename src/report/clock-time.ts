import { formatDuration } from './duration';

const dayMs = 86_400_000;

/**
 * `14:05` today, `Sun 04:50` within a week, else `2026-03-09 04:50`: in the zone of the terminal, or in the given one.
 *
 * @example
 * clockTime(Date.parse('2026-03-01T14:05:30Z'), Date.parse('2026-03-01T13:53:00Z'), 'UTC') // '14:05'
 */
export function clockTime(at: number, now: number, timeZone?: string): string {
  const { date, weekday, time } = localParts(at, timeZone);
  if (date === localParts(now, timeZone).date) return time;
  return Math.abs(at - now) < 6 * dayMs ? `${weekday} ${time}` : `${date} ${time}`;
}

/** `14:05, in 12 min`: beside the time how long that is, which needs no zone. */
export const clockTimeAhead = (at: number, now: number, timeZone?: string) =>
  `${clockTime(at, now, timeZone)}, in ${formatDuration(at - now)}`;

/** An estimate is worth a word while it is ahead by more than a few seconds. */
export const isEndAhead = (at: number | undefined, now: number): at is number =>
  at !== undefined && at > now + 5_000;

/** `2026-03-01 14:05:30 GMT+8`: a time that is kept, so with its zone. */
export function zonedTime(at: number, timeZone?: string): string {
  const { date, time, seconds, zone } = localParts(at, timeZone);
  return `${date} ${time}:${seconds} ${zone === 'GMT' || zone === 'GMT+0' ? 'UTC' : zone}`;
}

const isoTime = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** A sentence of the batch, which has its times in UTC, for a reader at a terminal: `closed until 14:05, in 12 min`. */
export const inClockTimes = (sentence: string, now: number, timeZone?: string) =>
  sentence.replace(isoTime, (iso) => {
    const at = Date.parse(iso);
    return at > now ? clockTimeAhead(at, now, timeZone) : clockTime(at, now, timeZone);
  });

/** To make a calendar costs more than all else; each frame of the live view asks one many times. */
const calendars = new Map<string, Intl.DateTimeFormat>();

function localParts(at: number, timeZone: string | undefined) {
  const part = Object.fromEntries(
    calendarOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>;
  return {
    date: `${part.year}-${part.month}-${part.day}`,
    weekday: part.weekday,
    time: `${part.hour}:${part.minute}`,
    seconds: part.second,
    zone: part.timeZoneName,
  };
}

function calendarOf(timeZone = ''): Intl.DateTimeFormat {
  const known = calendars.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timeZone || undefined,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  calendars.set(timeZone, made);
  return made;
}
