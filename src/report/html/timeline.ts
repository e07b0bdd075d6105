import { counted } from '../../text';
import { formatDuration } from '../duration';
import { type Step, serversUnderWay, spanOf } from '../live/servers-under-way';
import type { BatchReport, ReportServer } from '../report-schema';
import { packLanes, type Span } from './lanes';
import { html, type Markup } from './markup';
import { type TimeAxis, timeAxis } from './time-axis';
import { toneOf } from './tone';
import { utilisationChart } from './utilisation';

/** Up to so many servers have a row each, with their names; more servers share lanes, as their jobs share slots. */
const mostRows = 100;

interface Bar extends Span {
  server: ReportServer;
  /** The server's row in the table. */
  index: number;
}

/** The time in which each server was under way, wave by wave on one time axis, and the number of servers at once. */
export function timelineSection(report: BatchReport): Markup {
  const until = Date.parse(report.summary.endedAt ?? report.generatedAt);
  const bars = report.servers.flatMap((server, index) => {
    const span = server.earlier ? undefined : spanOf(server, until);
    return span ? [{ ...span, server, index }] : [];
  });
  const steps = serversUnderWay(
    report.servers.filter(({ earlier }) => !earlier),
    until,
  );
  if (bars.length === 0) {
    return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2><p class="none">No server has been started${report.summary.earlier && ' by this run of the batch'}${report.soFar && ' yet'}.</p></section>`;
  }
  const axis = timeAxis(Math.min(...bars.map(({ from }) => from)), Math.max(...bars.map(({ to }) => to)));
  const named = bars.length <= mostRows;
  return html`<section aria-labelledby="timeline">
<h2 id="timeline">Timeline</h2>
<p class="hint">${
    named ? 'One row per server.' : 'Bars of one line follow each other, as jobs follow each other in a slot.'
  } A bar goes from the start of a server to the end of its clean-up; all times are UTC.</p>
<div class="timeline${named ? '' : ' packed'}">
<div class="plot axis"><span></span>${axisLabels(axis)}</div>
${report.summary.waves.map((wave) =>
  waveBlock(
    wave,
    bars.filter(({ server }) => server.wave === wave.name),
    axis,
    named,
  ),
)}
${utilisation(report, steps, axis)}
<div class="plot axis bottom"><span></span>${axisLabels(axis)}</div>
</div>
</section>`;
}

function axisLabels({ ticks }: TimeAxis): Markup {
  return html`<div class="ticks" aria-hidden="true">${ticks.map(
    ({ percent, label, half, from }) =>
      html`<span class="tick from-${from}" style="left:clamp(${half}px,${percent}%,calc(100% - ${half}px))">${label}</span>`,
  )}</div>`;
}

function waveBlock(
  wave: BatchReport['summary']['waves'][number],
  bars: Bar[],
  axis: TimeAxis,
  named: boolean,
): Markup {
  const took =
    wave.startedAt && wave.endedAt
      ? `, ${formatDuration(Date.parse(wave.endedAt) - Date.parse(wave.startedAt))}`
      : '';
  const words = `${wave.ended} of ${wave.total} ended${wave.failed ? `, ${wave.failed} failed` : ''}${took}`;
  return html`<div class="wave">
<h3>${wave.name} <small>${words}</small></h3>
${bars.length === 0 ? html`<p class="none">No server of this wave has been started.${wave.closed && ` Closed: ${wave.closed}.`}</p>` : waveBars(wave.name, bars, axis, named)}
</div>`;
}

function waveBars(wave: string, bars: Bar[], axis: TimeAxis, named: boolean): Markup {
  const rowHeight = named ? 18 : 8;
  const barHeight = named ? 10 : 6;
  const packed = named ? { laneOf: bars.map((_, i) => i), lanes: bars.length } : packLanes(bars);
  const label = `When the ${bars.length} servers of wave ${wave} were under way; the table below has the times.`;
  return html`<div class="plot">
${named ? html`<div class="names" aria-hidden="true">${bars.map(({ server }) => html`<div>${server.server}</div>`)}</div>` : html`<span></span>`}
<svg class="bars" role="img" aria-label="${label}" height="${packed.lanes * rowHeight}">
${gridLines(axis)}
${bars.map((bar, i) => barShape(bar, axis, packed.laneOf[i]! * rowHeight + (rowHeight - barHeight) / 2, barHeight))}
</svg>
</div>`;
}

function barShape({ server, index, from, to }: Bar, axis: TimeAxis, y: number, height: number): Markup {
  const x = axis.percent(from);
  // Wide enough to be seen and touched.
  const width = Math.max(0.3, Math.round((axis.percent(to) - x) * 100) / 100);
  return html`<rect class="f-${toneOf(server.phase)}" data-row="${index}" x="${Math.min(x, 99.7)}%" width="${width}%" y="${y}" height="${height}" rx="${height > 8 ? 2 : 1}" data-tip="${tipOf(server, to - from)}"/>`;
}

function tipOf(server: ReportServer, took: number): string {
  const { startedAt, endedAt, phase, starts, error, jobId } = server;
  const clock = (iso: string | undefined) => iso?.slice(11, 19) ?? '';
  return [
    server.server,
    `${phase}${starts && starts > 1 ? `, ${starts} starts` : ''}`,
    `${clock(startedAt)} – ${endedAt ? `${clock(endedAt)} UTC` : 'now'}, ${formatDuration(took)}`,
    jobId,
    error?.code,
  ]
    .filter(Boolean)
    .join('\n');
}

/** Lines at the ticks, the same in every chart. */
function gridLines({ ticks }: TimeAxis): Markup {
  return html`<g class="grid">${ticks.map(
    ({ percent }) => html`<line x1="${percent}%" x2="${percent}%" y1="0" y2="100%"/>`,
  )}</g>`;
}

function utilisation({ summary: { underWay } }: BatchReport, steps: Step[], axis: TimeAxis): Markup {
  const slots = underWay.slots ? `; the batch may run ${counted(underWay.slots, 'job')}` : '';
  return html`<div class="wave">
<h3>Servers at once <small>up to ${underWay.peak}, ${underWay.average} on average${slots}</small></h3>
${utilisationChart(steps, axis, underWay.slots, gridLines(axis))}
<p class="hint">A server counts from its start until its job is cleaned up, so there can be more of them than running jobs.</p>
</div>`;
}
