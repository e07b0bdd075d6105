import { accountTroubleLine, counted, failureLine, plainLine, smcBatchCommand } from '../text';
import { costRows } from './cost-lines';
import { formatDuration } from './duration';
import { evidenceByServer, evidenceFacts, type ShownEvidence } from './evidence';
import { formatInstanceHours, keptJobsCost, strayJobsLine } from './kept-jobs';
import type { BatchReport, ReportServer } from './report-schema';
import { nextLine } from './status-text';
import { utcTime } from './utc-time';

/** Above so many servers only those with a problem are listed: issue trackers cut long texts (GitHub at 65,536 characters). */
const mostRows = 200;
/** Of one cause: what SMC said of the others is in the other formats. */
const mostEvidence = 10;

/** The report for a ticket: the summary, then the open problems, then the servers. GitHub's Markdown, without HTML. */
export function markdownReport(report: BatchReport): string {
  const { batch, summary, failures, leftovers, notes } = report;
  const refused = accountTroubleLine(summary.accountTrouble);
  const evidence = evidenceByServer(report);
  const strays = strayJobsLine({ batch, strayJobs: summary.strayJobs ?? 0 });
  return [
    `# Batch ${code(batch)}${report.soFar ? ` so far (${report.status})` : report.outcome === 'cancelled' ? ' (cancelled)' : ''}`,
    '',
    ...(refused ? [`**${plain(refused)}**`, ''] : []),
    ...summaryLines(report),
    '',
    '| wave | state | ended | failed | started | ended at |',
    '| --- | --- | --: | --: | --- | --- |',
    ...summary.waves.map(({ name, state, ended, total, failed, startedAt, endedAt }) =>
      row(code(name), state, `${ended} of ${total}`, failed, time(startedAt), time(endedAt)),
    ),
    ...failures.flatMap((group, i) => [
      ...(i === 0 ? ['', '## Failures'] : []),
      '',
      `### ${code(group.code)}: ${counted(group.servers.length, 'server')}`,
      '',
      `**Remedy:** ${plain(group.remedy)}`,
      '',
      ...group.servers.flatMap(({ server, message, action, requestId, remedy }, nth) => [
        `- ${[
          code(server),
          code(message),
          action && code(action),
          requestId && `RequestId ${code(requestId)}`,
        ]
          .filter(Boolean)
          .join(', ')}${remedy ? `. ${plain(remedy)}` : ''}`,
        ...(nth < mostEvidence ? evidenceLines(evidence.get(server)) : []),
      ]),
    ]),
    ...section(
      'Jobs left in the account',
      leftovers,
      ({ server, jobId, meaning, error, instanceHours }) =>
        `- ${code(jobId)} of ${code(server)}: ${plain(meaning)}${instanceHours === undefined ? '' : `, ${formatInstanceHours(instanceHours)} so far`}${error ? ` (${code(failureLine(error))})` : ''}`,
    ),
    ...(leftovers.length > 0
      ? [
          '',
          `Each holds quota until ${code(smcBatchCommand('cleanup', [batch]))} deletes it.${summary.keptJobs ? ` ${plain(keptJobsCost(summary.keptJobs))}.` : ''}`,
        ]
      : []),
    ...(strays ? ['', plain(strays)] : []),
    ...costSection(summary.costs),
    ...section('Notes', notes, ({ note, servers }) => `- ${code(note)}: ${few(servers)}`),
    ...serverTable(report.servers),
    '',
    `Written ${utcTime(report.generatedAt)} by smc-batch.`,
    '',
  ].join('\n');
}

function summaryLines({ summary, soFar }: BatchReport): string[] {
  const counts = Object.entries(summary.counts).map(([phase, count]) => `**${count}** ${phase}`);
  const { peak, average, slots } = summary.underWay;
  const next = nextLine(summary);
  return [
    `${counts.join(', ')} of ${counted(summary.total, 'server')}.${summary.earlier ? ` ${counted(summary.earlier, 'server')} of them by earlier runs of the batch.` : ''}${summary.declared ? ` ${counted(summary.declared, 'server')} of them by other means, as the plan declares.` : ''}`,
    '',
    `- Started ${utcTime(summary.startedAt)}, ${summary.endedAt ? `ended ${utcTime(summary.endedAt)}` : `not ended yet${summary.estimatedEnd ? `; estimated end ${utcTime(summary.estimatedEnd)}` : ''}`}`,
    `- ${formatDuration(summary.wallSeconds * 1000)}${soFar ? ' so far' : ''}; up to ${counted(peak, 'server')} under way at once (clean-up included), ${average} on average${slots ? `; ${counted(slots, 'job')} may run` : ''}`,
    ...(summary.serverSeconds
      ? [
          `- A migrated server took ${formatDuration(summary.serverSeconds.median * 1000)} (median), at most ${formatDuration(summary.serverSeconds.longest * 1000)}`,
        ]
      : []),
    ...(summary.waiting ? [`- Waiting: ${plain(summary.waiting)}`] : []),
    ...(next ? [`- Next: ${code(next)}`] : []),
  ];
}

const evidenceLines = (evidence: ShownEvidence | undefined) =>
  evidence ? evidenceFacts(evidence).map(([name, said]) => `  - ${name}: ${code(said)}`) : [];
function costSection(costs: BatchReport['summary']['costs']): string[] {
  const rows = costRows(costs).map(([what = '', quantity = '', price = '']) =>
    row(plain(what), quantity, ...(costs.priced ? [price] : [])),
  );
  const [head, rule] = costs.priced
    ? ['| | quantity | price |', '| --- | --: | --: |']
    : ['| | quantity |', '| --- | --: |'];
  return costs.instanceHours > 0 ? ['', '## Costs', '', head, rule, ...rows] : [];
}

function section<T>(title: string, items: T[], line: (item: T) => string): string[] {
  return items.length > 0 ? ['', `## ${title}`, '', ...items.map(line)] : [];
}

function serverTable(servers: ReportServer[]): string[] {
  const isCalm = ({ phase, leftover, note }: ReportServer) =>
    (phase === 'migrated' || phase === 'skipped') && (!leftover || leftover.deletedAt) && !note;
  const shown =
    servers.length <= mostRows ? servers : servers.filter((server) => !isCalm(server)).slice(0, mostRows);
  const hidden = servers.length - shown.length;
  return [
    '',
    '## Servers',
    '',
    ...(hidden > 0
      ? [
          `${hidden} of ${servers.length} servers are not listed here; ${code('--format csv')} has them all.`,
          '',
        ]
      : []),
    ...(shown.length > 0
      ? [
          '| server | wave | phase | source | job | took | result |',
          '| --- | --- | --- | --- | --- | --: | --- |',
        ]
      : []),
    ...shown.map(({ server, wave, phase, sourceId, jobId, seconds, imageId, error }) =>
      row(
        code(server),
        code(wave),
        phase,
        code(sourceId),
        code(jobId),
        seconds === undefined ? '' : formatDuration(seconds * 1000),
        code(imageId ?? error?.code),
      ),
    ),
  ];
}

/** A row of a table. A pipe inside of a cell is escaped, also in code: Markdown splits a row before it reads code. */
const row = (...cells: (string | number)[]) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
const time = (iso: string | undefined) => (iso ? utcTime(iso) : '');

/**
 * A text of others as code, so that it makes no markup, link, @mention or issue number. Its fence is longer than any row of
 * backquotes in it.
 */
function code(text: string | undefined): string {
  const line = oneLine(text ?? '');
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/** A sentence of our own, which may quote texts of others: Markdown's characters are escaped. */
const plain = (text: string) => oneLine(text).replace(/[\\`*_[\]<>|#&~@]/g, '\\$&');

/** The first names of a list, and the number of the others. */
const few = (names: string[]) =>
  `${names.slice(0, 20).map(code).join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`;

const oneLine = (text: string) => plainLine(text).replace(/\s+/g, ' ');
