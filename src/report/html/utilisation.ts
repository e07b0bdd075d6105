import type { Step } from '../servers-under-way';
import { html, type Markup } from './markup';
import type { TimeAxis } from './time-axis';

const height = 120;

/** How many servers were under way at each moment, with the slots there are as a line. */
export function utilisationChart(
  steps: Step[],
  axis: TimeAxis,
  slots: number | undefined,
  grid: Markup,
): Markup {
  const peak = Math.max(1, ...steps.map(({ count }) => count));
  const top = niceTop(Math.max(peak, slots ?? 0));
  const y = (count: number) => Math.round((1 - count / top) * height * 10) / 10;
  const levels = [top, Math.round(top / 2), 0].filter((level, i, all) => all.indexOf(level) === i);
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
  const x = (at: number) => Math.round(axis.percent(at) * 100) / 10;
  const parts = steps.map(({ at, count }) => `H${x(at)}V${y(count)}`);
  return `M0 ${y(0)}${parts.join('')}H${x(axis.to)}V${y(0)}Z`;
}

/** The next round figure, so that the line of the slots is not at the very edge. */
function niceTop(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value));
  const top = [1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * size > value) ?? 12;
  return Math.max(2, Math.ceil(top * size));
}
