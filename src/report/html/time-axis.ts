const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 90].map((n) => n * day),
];

/** A stretch of time that fills a chart's width. */
export interface TimeAxis {
  from: number;
  to: number;
  ticks: { percent: number; label: string }[];
  /** Where a moment is, in percent of the width. */
  percent(at: number): number;
}

/** At most `most` round times between two moments; times are UTC. */
export function timeAxis(from: number, to: number, most = 8): TimeAxis {
  const end = Math.max(to, from + second);
  const step =
    steps.find((size) => (end - from) / size <= most) ?? Math.ceil((end - from) / most / day) * day;
  const percent = (at: number) => Math.round(((at - from) / (end - from)) * 1e4) / 100;
  const ticks: TimeAxis['ticks'] = [];
  let lastDay = '';
  for (let at = Math.ceil(from / step) * step; at <= end; at += step) {
    const iso = new Date(at).toISOString();
    const isNewDay = iso.slice(0, 10) !== lastDay;
    lastDay = iso.slice(0, 10);
    ticks.push({ percent: percent(at), label: tickLabel(iso, step, isNewDay) });
  }
  return { from, to: end, ticks, percent };
}

function tickLabel(iso: string, step: number, isNewDay: boolean): string {
  const date = iso.slice(5, 10);
  if (step >= day) return date;
  const time = iso.slice(11, step < minute ? 19 : 16);
  return isNewDay ? `${date} ${time}` : time;
}
