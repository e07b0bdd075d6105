/** What a quota of running jobs allows at best, and where a real schedule has lost time against it. */
import type { TimelinePoint } from '../src/simulator';

/** No schedule of jobs of these lengths ends sooner when so many may run at once. */
export function lowerBound(lengths: number[], quota: number): number {
  return Math.max(sum(lengths) / quota, ...lengths);
}

/** How long the jobs take in this order when each starts the moment a slot is free: an engine that costs nothing. */
export function listSchedule(lengths: number[], quota: number): number {
  const freeAt = new Array<number>(Math.min(quota, lengths.length)).fill(0);
  for (const length of lengths) {
    const slot = freeAt.indexOf(Math.min(...freeAt));
    freeAt[slot]! += length;
  }
  return Math.max(...freeAt);
}

/** A schedule as it was; times in real milliseconds. */
export interface Schedule {
  /** From the first start to the moment the last job stops running. */
  makespan: number;
  /** Time of all runs together. */
  busy: number;
  starts: number;
  /** Slot time nobody used: until the window was full, between runs, and after the last start. */
  idle: { startUp: number; handover: number; tail: number };
  /** Slot time from a job's end to the next one's start, on average, while the window should be full. */
  handover: number;
}

/** Reads the schedule out of an account's timeline. Throws when nothing has run, or something still does. */
export function scheduleOf(timeline: TimelinePoint[], quota: number): Schedule {
  const first = timeline.findIndex(({ running }) => running > 0);
  const end = timeline.findLastIndex(
    ({ running }, i) => running === 0 && (timeline[i - 1]?.running ?? 0) > 0,
  );
  if (first < 0 || end < first || timeline.at(-1)!.running > 0)
    throw new Error('there is no finished schedule');
  const points = timeline.slice(first, end + 1);
  const isStart = (i: number) => points[i]!.running > (points[i - 1]?.running ?? 0);
  const starts = points.filter((_, i) => isStart(i)).length;
  const full = points.findIndex(({ running }) => running >= Math.min(quota, starts));
  const last = points.findLastIndex((_, i) => isStart(i));
  // A window that never was full has no handover: all of it is start-up.
  const fullAt = full < 0 ? last : full;
  const idle = { startUp: 0, handover: 0, tail: 0 };
  let busy = 0;
  for (let i = 0; i < points.length - 1; i++) {
    const ms = points[i + 1]!.realMs - points[i]!.realMs;
    busy += ms * points[i]!.running;
    const where = i < fullAt ? 'startUp' : i < last ? 'handover' : 'tail';
    idle[where] += ms * (quota - points[i]!.running);
  }
  const handovers = points.filter((_, i) => i > fullAt && isStart(i)).length;
  return {
    makespan: points.at(-1)!.realMs - points[0]!.realMs,
    busy,
    starts,
    idle,
    handover: handovers > 0 ? idle.handover / handovers : 0,
  };
}

export const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
