import { scaleUtc } from 'd3-scale';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The time axis of a chart. */
export interface TimeAxis {
  from: number;
  to: number;
  ticks: Tick[];
  /** The place of a moment, in percent of the width. */
  percent(at: number): number;
}

/** A round time. */
export interface Tick {
  percent: number;
  label: string;
  /** Half of the label's width in pixels, at most. */
  half: number;
  /** Its label is shown where the axis is at least so many pixels wide: below that it would touch another. */
  from: number;
}

/** The widths of an axis, in pixels, from each of which on more labels are shown; the first is that of a narrow phone. */
export const axisWidths = [150, 230, 340, 520, 800] as const;

/** An axis between two moments, with about `count` ticks at round times, in UTC. */
export function timeAxis(from: number, to: number, count = 6): TimeAxis {
  const scale = scaleUtc()
    .domain([from, Math.max(to, from + 1_000)])
    .range([0, 100]);
  const end = scale.domain()[1]!.getTime();
  const percent = (at: number) => Math.round(scale(at) * 100) / 100;
  const times = scale.ticks(count).map((tick) => tick.getTime());
  const stepMs = (times[1] ?? end) - (times[0] ?? from);
  const labels = times.map((at, i) => {
    const isNewDay = dayOf(at) !== dayOf(times[i - 1] ?? Number.NaN);
    return { percent: percent(at), isNewDay, label: tickLabel(at, stepMs, isNewDay) };
  });
  return { from, to: end, ticks: placed(labels), percent };
}

/** Of 12 px: no digit of a screen's font is wider. */
const pixelsOfLetter = 7.5;
const gap = 8;

/** Those that name a day come first, then the others from left to right; a label that is shown stays where there is more room. */
function placed(labels: { percent: number; label: string; isNewDay: boolean }[]): Tick[] {
  const ticks = labels.map(({ percent, label, isNewDay }) => ({
    percent,
    label,
    half: (label.length * pixelsOfLetter) / 2,
    from: Number.POSITIVE_INFINITY,
    isNewDay,
  }));
  const inOrder = [...ticks.filter(({ isNewDay }) => isNewDay), ...ticks.filter(({ isNewDay }) => !isNewDay)];
  for (const width of axisWidths) {
    for (const tick of inOrder) {
      const touches = ticks.some((other) => other.from <= width && areTouching(tick, other, width));
      if (!touches) tick.from = Math.min(tick.from, width);
    }
  }
  return ticks.filter(({ from }) => Number.isFinite(from)).map(({ isNewDay, ...tick }) => tick);
}

/** Where the middle of a label is, in pixels: it does not stand out of the axis. */
export const labelAt = ({ percent, half }: Pick<Tick, 'percent' | 'half'>, width: number): number =>
  Math.min(Math.max((percent / 100) * width, half), width - half);

const areTouching = (a: Tick, b: Tick, width: number) =>
  a !== b && Math.abs(labelAt(a, width) - labelAt(b, width)) < a.half + b.half + gap;

const dayOf = (at: number) => Math.floor(at / dayMs);

function tickLabel(at: number, stepMs: number, isNewDay: boolean): string {
  const iso = new Date(at).toISOString();
  const date = iso.slice(5, 10);
  if (stepMs >= dayMs) return date;
  const time = iso.slice(11, stepMs < minuteMs ? 19 : 16);
  return isNewDay ? `${date} ${time}` : time;
}
