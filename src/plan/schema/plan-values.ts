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

const pointRule =
  "a time with its offset from UTC, like '2030-01-31T22:00:00Z' or '2030-02-01T06:00:00+08:00'";

/** A point in time as RFC 3339 has it, with its offset from UTC; gives it in UTC, to the second. */
export const pointInTime = z
  .string(pointRule)
  .regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/, pointRule)
  .refine(isPointInTime, 'a time that exists, and an offset from -12:00 to +14:00')
  .transform(inUtc);

function isPointInTime(text: string): boolean {
  const [, local = '', offset = ''] = /^(.{16}.*?)([Zz]|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  // Date.parse reads February 30th as a day of March.
  const time = new Date(`${local.slice(0, 10)}T${local.slice(11, 19)}Z`);
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(local.slice(0, 10));
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const most = offset.startsWith('-') ? 12 : 14;
  return exists && (/^z$/i.test(offset) || (minutes < 60 && hours * 60 + minutes <= most * 60));
}

function inUtc(text: string): string {
  return new Date(text.toUpperCase()).toISOString().replace(/\.\d+Z$/, 'Z');
}

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
  const rule = "an IANA time zone like 'Asia/Shanghai', 'Europe/Berlin' or 'UTC'";
  const abbreviated = abbreviations[name.toUpperCase()];
  if (abbreviated) return `${rule}; ${name} may be ${abbreviated}`;
  if (/^(UTC|GMT)?[+-]\d/i.test(name)) return `${rule}; an offset has no daylight saving time: name a place`;
  const meant = didYouMean(name, Intl.supportedValuesOf('timeZone'));
  return meant ? `${rule}; did you mean ${meant}?` : rule;
}

/** Letters that mean several zones. Node takes some of them, and picks one. */
const abbreviations: Record<string, string | undefined> = {
  CST: 'Asia/Shanghai, America/Chicago or America/Havana',
  IST: 'Asia/Kolkata, Europe/Dublin or Asia/Jerusalem',
  BST: 'Europe/London or Asia/Dhaka',
  PST: 'America/Los_Angeles or Asia/Manila',
  PDT: 'America/Los_Angeles',
  EDT: 'America/New_York',
  CDT: 'America/Chicago or America/Havana',
  MDT: 'America/Denver',
  AST: 'America/Halifax or Asia/Riyadh',
  CEST: 'Europe/Berlin or Europe/Paris',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  HKT: 'Asia/Hong_Kong',
  SGT: 'Asia/Singapore',
  CTT: 'Asia/Shanghai',
  BJT: 'Asia/Shanghai',
  MSK: 'Europe/Moscow',
  AEST: 'Australia/Sydney or Australia/Brisbane',
};

/** IANA's names without a place before `/`; all other such names are abbreviations that Node knows beside IANA's. */
const plainZones = new Set(
  'UTC UCT Zulu Universal GMT GMT0 GMT+0 GMT-0 Greenwich EST MST HST EST5EDT CST6CDT MST7MDT PST8PDT CET MET EET WET GB GB-Eire NZ NZ-CHAT PRC ROC ROK Japan Singapore Hongkong Iran Israel Turkey Egypt Libya Eire Iceland Jamaica Kwajalein Navajo Poland Portugal Cuba W-SU'
    .toLowerCase()
    .split(' '),
);

function isTimeZone(name: string): boolean {
  // Newer Node also accepts offsets ("+08:00"). They have no daylight saving time, so a plan must name a zone.
  if (!/^[A-Za-z]/.test(name)) return false;
  if (!name.includes('/') && !plainZones.has(name.toLowerCase())) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
