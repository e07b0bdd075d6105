import type { TimeWindow } from '../../../src/plan';
import { closingTime, localTime, minutesOf, nextOpening, opensOn } from './time-window';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** What the change of clocks makes of one opening of a window. */
export interface UnusualNight {
  /** The local day on which the window opens. */
  date: string;
  /** `skipped`: it does not open; `doubled`: it opens twice; else it is open for less or more time than it says. */
  kind: 'skipped' | 'doubled' | 'shorter' | 'longer';
  /** The times at which it is open, and those that it says. */
  openings: { from: number; to: number }[];
  minutes: number;
  usualMinutes: number;
}

/**
 * The openings of a window between two times that the clocks of its zone change: in spring an hour of the local day is missing,
 * in autumn one comes twice. Days that a lockout date touches are left out, and a window without an end.
 */
export function unusualNights(
  window: TimeWindow,
  lockoutDates: readonly string[],
  from: number,
  to: number,
): UnusualNight[] {
  if (window.from === window.to || window.timezone === 'UTC') return [];
  const nights = changesOfClock(window.timezone, from, to).flatMap((at) => nightsAround(window, at));
  return nights.filter(({ date }) => !lockoutDates.includes(date) && !lockoutDates.includes(nextDate(date)));
}

/** When the window opens next, or has opened by now, and when it closes then; undefined where it does not within a year. */
export function windowAhead(
  window: TimeWindow,
  lockoutDates: readonly string[],
  now: number,
): { opensAt: number; closesAt?: number } | undefined {
  const opensAt = nextOpening(window, lockoutDates, now);
  return opensAt === undefined
    ? undefined
    : { opensAt, closesAt: closingTime(window, lockoutDates, opensAt) };
}

/** `Sat 2030-03-30 22:00 Europe/Berlin` */
export function zoneTime(at: number, zone: string): string {
  const { date, weekday, minutes } = localTime(at, zone);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${weekday[0]!.toUpperCase()}${weekday.slice(1)}`;
  return `${day} ${date} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} ${zone}`;
}

/** The minutes, between two times, at which the clocks of a zone change. */
function changesOfClock(zone: string, from: number, to: number): number[] {
  const changes: number[] = [];
  const start = Math.floor(from / minuteMs) * minuteMs - dayMs;
  for (let at = start; at < to; at += dayMs) {
    if (offset(at, zone) === offset(at + dayMs, zone)) continue;
    let [before, after] = [at, at + dayMs];
    while (after - before > minuteMs) {
      const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
      if (offset(middle, zone) === offset(at, zone)) before = middle;
      else after = middle;
    }
    changes.push(after);
  }
  return changes;
}

/** Milliseconds that the clocks of a zone are ahead of UTC. */
function offset(at: number, zone: string): number {
  const { date, minutes } = localTime(at, zone);
  return Date.parse(`${date}T00:00:00Z`) + minutes * minuteMs - at;
}

/** The openings that a change of clocks touches: those of the days before and after it. */
function nightsAround(window: TimeWindow, change: number): UnusualNight[] {
  const { timezone } = window;
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const openings = new Map<string, { from: number; to: number }[]>();
  for (let at = change - 2 * dayMs; at < change + 2 * dayMs; at += minuteMs) {
    const { date, minutes } = localTime(at, timezone);
    const isOpen = from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
    if (!isOpen) continue;
    // The hours after midnight belong to the day on which the window opened.
    const day = from > to && minutes < to ? nextDate(date, -1) : date;
    const ofDay = openings.get(day) ?? [];
    openings.set(day, ofDay);
    const last = ofDay.at(-1);
    if (last?.to === at) last.to = at + minuteMs;
    else ofDay.push({ from: at, to: at + minuteMs });
  }
  const usualMinutes = (to - from + 1440) % 1440;
  const day = localTime(change - minuteMs, timezone).date;
  return [...new Set([nextDate(day, -1), day, localTime(change, timezone).date])].flatMap(
    (date): UnusualNight[] => {
      if (!opensOn(window, date)) return [];
      const ofDay = openings.get(date) ?? [];
      const minutes = ofDay.reduce((sum, one) => sum + (one.to - one.from) / minuteMs, 0);
      const kind = kindOf(ofDay.length, minutes, usualMinutes);
      return kind ? [{ date, kind, openings: ofDay, minutes, usualMinutes }] : [];
    },
  );
}

function kindOf(openings: number, minutes: number, usual: number): UnusualNight['kind'] | undefined {
  if (openings === 0) return 'skipped';
  if (openings > 1) return 'doubled';
  if (minutes === usual) return undefined;
  return minutes < usual ? 'shorter' : 'longer';
}

const nextDate = (date: string, days = 1) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
