import { scaleLinear } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import type { Step } from '../live/servers-under-way';
import { html, type Markup } from './markup';
import type { TimeAxis } from './time-axis';

const height = 120;

/** A chart of the number of servers under way over time, with a line at the number of slots. */
export function utilisationChart(
  steps: Step[],
  axis: TimeAxis,
  slots: number | undefined,
  grid: Markup,
): Markup {
  const peak = Math.max(1, ...steps.map(({ count }) => count));
  // A little room above, so that the line of the slots is not at the edge.
  const scale = scaleLinear()
    .domain([0, Math.max(peak, slots ?? 0) * 1.05])
    .nice(4)
    .range([height, 0]);
  const y = (count: number) => Math.round(scale(count) * 10) / 10;
  const levels = scale.ticks(3).filter(Number.isInteger);
  const label = `Servers under way at once over time, up to ${peak}${slots ? `; the batch has ${slots} slots` : ''}.`;
  return html`<div class="plot use">
<div class="levels" aria-hidden="true">${levels.map((level) => html`<span style="top:${y(level)}px">${level}</span>`)}</div>
<svg role="img" aria-label="${label}" height="${height}">
${grid}
<svg viewBox="0 0 1000 ${height}" preserveAspectRatio="none" width="100%" height="${height}"><path class="area" d="${path(steps, axis, y)}"/></svg>
${slots && html`<line class="slots" x1="0" x2="100%" y1="${y(slots)}" y2="${y(slots)}"/>`}
</svg>
</div>`;
}

function path(steps: Step[], axis: TimeAxis, y: (count: number) => number): string {
  const outline = line<Step>()
    .x(({ at }) => Math.round(axis.percent(at) * 100) / 10)
    .y(({ count }) => y(count))
    .curve(curveStepAfter);
  const last = steps.at(-1)!;
  return `${outline([...steps, { at: axis.to, count: last.count }])}V${y(0)}H${Math.round(axis.percent(steps[0]!.at) * 10)}Z`;
}
