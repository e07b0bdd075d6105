import { scaleUtc } from 'd3-scale';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The time axis of a chart. */
export interface TimeAxis {
  from: number;
  to: number;
  ticks: { percent: number; label: string }[];
  /** The place of a moment, in percent of the width. */
  percent(at: number): number;
}

/** An axis between two moments, with about `count` ticks at round times, in UTC. */
export function timeAxis(from: number, to: number, count = 6): TimeAxis {
  const scale = scaleUtc()
    .domain([from, Math.max(to, from + 1_000)])
    .range([0, 100]);
  const end = scale.domain()[1]!.getTime();
  const percent = (at: number) => Math.round(scale(at) * 100) / 100;
  const times = scale.ticks(count).map((tick) => tick.getTime());
  const stepMs = (times[1] ?? end) - (times[0] ?? from);
  const ticks = times.map((at, i) => {
    const isNewDay = dayOf(at) !== dayOf(times[i - 1] ?? Number.NaN);
    return { percent: percent(at), label: tickLabel(at, stepMs, isNewDay) };
  });
  return { from, to: end, ticks, percent };
}

const dayOf = (at: number) => Math.floor(at / dayMs);

function tickLabel(at: number, stepMs: number, isNewDay: boolean): string {
  const iso = new Date(at).toISOString();
  const date = iso.slice(5, 10);
  if (stepMs >= dayMs) return date;
  const time = iso.slice(11, stepMs < minuteMs ? 19 : 16);
  return isNewDay ? `${date} ${time}` : time;
}
