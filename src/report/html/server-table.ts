import { counted } from '../../text';
import { formatDuration } from '../duration';
import type { BatchReport, ReportServer } from '../report-schema';
import { html, type Markup } from './markup';
import { toneOf } from './tone';

const columns = ['Server', 'Wave', 'Phase', 'Result', 'Took', 'Started', 'Ended', 'Source', 'Job'];

/** All servers in the plan's order. The page's script sorts and filters them; without the script the table is complete. */
export function serverTableSection({ servers }: BatchReport): Markup {
  const phases = [...new Set(servers.map(({ phase }) => phase))].sort();
  return html`<section aria-labelledby="servers">
<h2 id="servers">Servers</h2>
<form class="filter" id="filter" role="search" hidden>
<label>Find <input type="search" id="find" placeholder="name, wave, id, error" autocomplete="off" spellcheck="false"></label>
<label>Phase <select id="phase"><option value="">all</option>${phases.map((phase) => html`<option>${phase}</option>`)}</select></label>
<output id="shown" for="find phase">${counted(servers.length, 'server')}</output>
</form>
<div class="scroll" tabindex="0" role="region" aria-label="Table of servers">
<table id="table">
<thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${servers.map(tableRow)}</tbody>
</table>
</div>
</section>`;
}

/** A row of the table. A cell is sorted by its `data-k`, or else by its text. */
function tableRow(server: ReportServer, index: number): Markup {
  const { wave, phase, sourceId, jobId, startedAt, endedAt, seconds } = server;
  const cells = [
    html`<th scope="row">${server.server}</th>`,
    html`<td>${wave}</td>`,
    html`<td><i class="dot t-${toneOf(phase)}"></i>${phase}</td>`,
    html`<td>${result(server)}</td>`,
    html`<td class="n" data-k="${seconds}">${seconds !== undefined && formatDuration(seconds * 1000)}</td>`,
    html`<td class="n">${startedAt && clock(startedAt)}</td>`,
    html`<td class="n">${endedAt && clock(endedAt)}</td>`,
    html`<td class="id">${sourceId}</td>`,
    html`<td class="id">${jobId}</td>`,
  ];
  return html`<tr id="s-${index}" data-phase="${phase}">${cells}</tr>
`;
}

/** `03-01 10:05:12`; a batch does not last longer than a year. */
const clock = (iso: string) => `${iso.slice(5, 10)} ${iso.slice(11, 19)}`;

function result({ imageId, imageName, error, leftover }: ReportServer): Markup {
  return html`${imageId && html`<span class="id"${imageName && html` title="${imageName}"`}>${imageId}</span>`}${
    error && html`<span class="id bad" title="${error.message}">${error.code}</span>`
  }${leftover && !leftover.deletedAt && html` <span class="left">job left</span>`}`;
}
