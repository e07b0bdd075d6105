import { z } from 'zod';
import { didYouMean } from '../../text/did-you-mean';

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

const durationRule = "a duration like '90s', '30m', '6h' or '7d'";

/** A duration such as `90s`, `30m`, `6h` or `7d`; gives seconds. */
export const duration = z
  .string(durationRule)
  .regex(/^\d{1,6}[smhd]$/, durationRule)
  .transform((text) => Number(text.slice(0, -1)) * secondsOf[text.at(-1) as keyof typeof secondsOf]);

/** A duration longer than `0s`. */
export const positiveDuration = duration.refine((seconds) => seconds > 0, 'longer than 0');

const threshold = "a number of servers (0, 1, …) or a share like '10%'";

/** How many servers may fail: a count, or a share such as `10%` (0% to 100%). */
export const failureThreshold = z
  .union(
    [
      z.number(threshold).int(threshold).min(0, threshold),
      z.string().regex(/^(100(\.0+)?|\d{1,2}(\.\d+)?)%$/, threshold),
    ],
    threshold,
  )
  .transform((value) =>
    typeof value === 'number' ? { count: value } : { share: Number(value.slice(0, -1)) / 100 },
  );

const clockRule = "a time of day like '22:00' (two digits each)";

/** A time of day, `HH:MM`. */
export const clockTime = z.string(clockRule).regex(/^([01]\d|2[0-3]):[0-5]\d$/, clockRule);

/** A calendar date, `YYYY-MM-DD`. */
export const calendarDate = z
  .string()
  .refine(isCalendarDate, "a date that exists, like '2030-12-31'")
  .meta({ format: 'date' });

/** An IANA time zone that this machine knows. */
export const timeZone = z
  .string()
  .refine(isTimeZone, { error: ({ input }) => timeZoneMessage(String(input)) });

/** A name that becomes part of an id and a tag. */
export const shortName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, '-', '_' and '.'");

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function timeZoneMessage(name: string): string {
  const meant = didYouMean(name, Intl.supportedValuesOf('timeZone'));
  const rule = "an IANA time zone like 'Asia/Shanghai', 'Europe/Berlin' or 'UTC'";
  return meant ? `${rule}; did you mean ${meant}?` : rule;
}

function isTimeZone(name: string): boolean {
  // Newer Node also accepts offsets ("+08:00"). They have no daylight saving time, so a plan must name a zone.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
