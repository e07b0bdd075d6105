import { accountTroubleLine, counted } from '../../text';
import { formatDuration } from '../duration';
import { formatInstanceHours } from '../kept-jobs';
import type { BatchReport } from '../report-schema';
import { nextLine } from '../status-text';
import { utcTime } from '../utc-time';
import { html, type Markup } from './markup';
import { type Tone, toneNames, toneOf, tones } from './tone';

/** The head of the page: the batch, its times, its state, and the main figures. */
export function summarySection({ summary, leftovers, soFar, generatedAt }: BatchReport): Markup {
  const { counts, total, earlier = 0, declared = 0, underWay, serverSeconds, wallSeconds } = summary;
  const { migrated = 0, skipped = 0, failed = 0, cancelled = 0 } = counts;
  const refused = accountTroubleLine(summary.accountTrouble);
  const next = nextLine(summary);
  const duration = (seconds: number) => formatDuration(seconds * 1000);
  return html`<section aria-labelledby="summary">
<h2 id="summary">Summary</h2>${refused && html`<p class="remedy"><b>Account</b> ${refused}</p>`}
<p class="when">Started ${utcTime(summary.startedAt)}${
    summary.endedAt
      ? html`, ended ${utcTime(summary.endedAt)}`
      : html`; this is its state at ${utcTime(generatedAt)}${summary.estimatedEnd && html`; estimated end ${utcTime(summary.estimatedEnd)}`}`
  }.${summary.waiting && html` Waiting: ${summary.waiting}.`}</p>${next && html`<p class="remedy"><b>Next</b> <code>${next}</code></p>`}
<div class="tiles">
${tile('Migrated', number(migrated), `of ${counted(total, 'server')}${earlier ? `, ${number(earlier)} by earlier runs` : ''}${declared ? `, ${number(declared)} declared done` : ''}${skipped ? `, ${number(skipped)} done before` : ''}`, 'migrated')}
${tile('Failed', number(failed), cancelled ? `and ${number(cancelled)} cancelled` : percentOf(failed, total), failed ? 'failed' : undefined)}
${tile(soFar ? 'Time so far' : 'Wall time', duration(wallSeconds), counted(summary.waves.length, 'wave'))}
${tile('Median per server', serverSeconds ? duration(serverSeconds.median) : '–', serverSeconds ? `longest ${duration(serverSeconds.longest)}` : 'none migrated yet')}
${tile('Under way at once', number(underWay.peak), `${underWay.average} on average`)}
${tile('Jobs left', number(leftovers.length), leftovers.length ? (summary.keptJobs ? `${formatInstanceHours(summary.keptJobs.instanceHours)} billed` : 'hold quota') : 'nothing left behind', leftovers.length ? 'cancelled' : undefined)}
</div>
${phaseBar(counts)}
</section>`;
}

function tile(name: string, value: string, more: string, tone?: Tone): Markup {
  return html`<div class="tile${tone && ` t-${tone}`}"><div class="name">${name}</div><div class="value">${value}</div><div class="more">${more}</div></div>`;
}

/** The shares of the phases as one bar, with the meaning of its colours; the page uses the same colours everywhere. */
function phaseBar(counts: BatchReport['summary']['counts']): Markup {
  const byTone = new Map<Tone, number>();
  for (const [phase, count] of Object.entries(counts)) {
    const tone = toneOf(phase as keyof typeof counts);
    byTone.set(tone, (byTone.get(tone) ?? 0) + (count ?? 0));
  }
  const shown = tones.filter((tone) => byTone.get(tone));
  return html`<div class="shares" aria-hidden="true">${shown.map(
    (tone) => html`<i class="t-${tone}" style="flex-grow:${byTone.get(tone)}"></i>`,
  )}</div>
<ul class="legend">${shown.map(
    (tone) => html`<li><i class="dot t-${tone}"></i>${number(byTone.get(tone)!)} ${toneNames[tone]}</li>`,
  )}</ul>`;
}

const percentOf = (count: number, total: number) =>
  count === 0
    ? 'no server failed'
    : `${Math.max(0.1, Math.round((count / Math.max(1, total)) * 1000) / 10)} % of all`;

const number = (value: number) => value.toLocaleString('en-US');
