import { counted, failureLine, smcBatchCommand } from '../../text';
import { costRows } from '../cost-lines';
import { evidenceByServer, evidenceFacts, type ShownEvidence } from '../evidence';
import { formatInstanceHours, keptJobsCost, strayJobsLine } from '../kept-jobs';
import type { BatchReport } from '../report-schema';
import { html, type Markup } from './markup';

/** So many servers of one cause are shown at once; the reader can unfold the others. */
const mostUnfolded = 5;

/** Failed servers by cause, each cause with its remedy. Empty when no server failed: the summary says so. */
export function failuresSection(report: BatchReport): Markup {
  if (report.failures.length === 0) return html``;
  const link = rowLink(report);
  const evidence = evidenceByServer(report);
  const causes = report.failures.map(
    ({ code, remedy, servers }) => html`<article class="cause">
<h3><code>${code}</code> <small>${counted(servers.length, 'server')}</small></h3>
<p class="remedy"><b>What to do</b> ${remedy || 'Nothing is known of this error.'}</p>
<details${servers.length <= mostUnfolded && html` open`}><summary>Servers and messages</summary>
<ul>${servers.map(
      ({ server, message, action, requestId, remedy: own }) =>
        html`<li>${link(server)} <span class="said">${message}</span> ${[
          action,
          requestId && `RequestId ${requestId}`,
        ]
          .filter((fact) => fact !== undefined)
          .map(
            (fact) => html`<code class="fact">${fact}</code> `,
          )}${own && html`<br>${own}`}${evidenceList(evidence.get(server))}</li>
`,
    )}</ul></details>
</article>`,
  );
  return html`<section aria-labelledby="failures"><h2 id="failures">Failures by cause</h2>
<div class="causes">${causes}</div></section>`;
}

/** What SMC said of a job that may be deleted by now. */
const evidenceList = (evidence: ShownEvidence | undefined): Markup =>
  evidence === undefined
    ? html``
    : html`<ul class="plain">${evidenceFacts(evidence).map(
        ([name, said]) => html`<li><small>${name}</small> <span class="said">${said}</span></li>
`,
      )}</ul>`;

/** Jobs that stay in the account, by reason. */
export function leftoversSection(report: BatchReport): Markup {
  const { leftovers, summary } = report;
  const strays = strayJobsLine({ batch: report.batch, strayJobs: summary.strayJobs ?? 0 });
  const straysLine = strays && html`<p class="why">${strays}</p>`;
  if (leftovers.length === 0) return html`${straysLine}`;
  const link = rowLink(report);
  const meanings = [...new Set(leftovers.map(({ meaning }) => meaning))];
  return html`<section aria-labelledby="leftovers"><h2 id="leftovers">Jobs left in the account</h2>
<p class="when">Each holds quota.${summary.keptJobs && html` ${keptJobsCost(summary.keptJobs)}.`} <code>${smcBatchCommand('cleanup', [report.batch])}</code> deletes those that are proven this batch's.</p>
${meanings.map((why) => {
  const jobs = leftovers.filter(({ meaning }) => meaning === why);
  return html`<p class="why"><b>${counted(jobs.length, 'job')}</b>: ${why}</p>
<ul class="plain columns">${jobs.map(
    ({ server, jobId, error, instanceHours }) =>
      html`<li>${link(server)} <code>${jobId}</code>${instanceHours !== undefined && html` ${formatInstanceHours(instanceHours)}`}${error && html` <span class="said">${failureLine(error)}</span>`}</li>
`,
  )}</ul>`;
})}${straysLine}</section>`;
}

/** What the batch has used of what is billed. */
export function costsSection({ summary: { costs } }: BatchReport): Markup {
  if (costs.instanceHours === 0) return html``;
  const rows = costRows(costs).map(
    ([what = '', quantity = '', price = '']) =>
      html`<tr><td>${what.trim()}</td><td>${quantity}</td>${costs.priced && html`<td>${price}</td>`}</tr>\n`,
  );
  return html`<section aria-labelledby="costs"><h2 id="costs">Costs</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of costs"><table>
<thead><tr><th scope="col">of</th><th scope="col">quantity</th>${costs.priced && html`<th scope="col">price</th>`}</tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

/** Other notes on single servers. */
export function notesSection(report: BatchReport): Markup {
  if (report.notes.length === 0) return html``;
  const link = rowLink(report);
  return html`<section aria-labelledby="notes"><h2 id="notes">Notes</h2>
${report.notes.map(
  ({ note, servers }) => html`<p class="why">${note}</p>
<ul class="plain columns">${servers.map((server) => html`<li>${link(server)}</li>\n`)}</ul>`,
)}</section>`;
}

/** A link from a server's name to its row in the table. */
function rowLink({ servers }: BatchReport): (server: string) => Markup {
  const indexOf = new Map(servers.map(({ server }, i) => [server, i]));
  return (server) => html`<a href="#s-${indexOf.get(server)}">${server}</a>`;
}
