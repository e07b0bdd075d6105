import type { Colors } from 'picocolors/types';
import { costLines, formatDuration, textTable } from '../report';
import { outlookLines } from './outlook-text';
import type { Preview } from './preview-plan';
import type { ServerPreview } from './server-preview';

/** More servers that are simply created than this are counted, not listed. */
const mostCreated = 100;

/** A preview for people: the servers, what blocks some of them, warnings, and the forecast. */
export function previewText(
  preview: Preview,
  c: Colors,
  { now, timeZone }: { now: number; timeZone?: string } = { now: Date.now() },
): string[] {
  const { batch, counts, servers, warnings } = preview;
  const created = servers.filter(isPlain);
  const listed = created.length > mostCreated ? servers.filter((server) => !isPlain(server)) : servers;
  const rows = listed.map((server) => [
    server.server,
    server.wave,
    verdictColor(server, c),
    server.sourceId ?? '',
    about(server),
  ]);
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    ...(rows.length > 0 ? textTable(['server', 'wave', 'apply would', 'source', ''], rows) : []),
    ...(listed.length < servers.length
      ? [c.dim(`… and ${created.length} more to create (-o json lists them)`)]
      : []),
    '',
    `${c.bold(batch)}: ${said.map(([verdict, count]) => `${count} ${wordOf(verdict)}`).join(', ')} of ${servers.length} servers`,
    ...servers.flatMap((server) => blockLines(server, c)),
    ...warnings.flatMap(({ message, remedy }) => ['', `${c.yellow('warning')} ${message}`, `  ${remedy}`]),
    '',
    ...forecastLines(preview, c, now, timeZone),
    ...(preview.costs.instanceHours > 0 ? ['', ...costLines(preview.costs)] : []),
  ];
}

const isPlain = ({ verdict, notes }: ServerPreview) => verdict === 'create' && notes.length === 0;

const wordOf = (verdict: string) =>
  ({ create: 'to create', adopt: 'to adopt', skip: 'done already', blocked: 'blocked' })[verdict] ?? verdict;

function verdictColor({ verdict }: ServerPreview, c: Colors): string {
  if (verdict === 'blocked') return c.red(verdict);
  if (verdict === 'adopt') return c.cyan(verdict);
  return verdict === 'skip' ? c.dim(verdict) : c.green(verdict);
}

function about(server: ServerPreview): string {
  const notes = server.notes.map(({ message }) => message);
  switch (server.verdict) {
    case 'skip': {
      const image = server.image ? `, ${server.image}` : '';
      const told = server.jobId ? `, as its Finished job ${server.jobId} tells` : '';
      const already = `migrated already${server.batch ? ` by batch ${server.batch}` : ''}${image}${told}`;
      return [already, ...notes].join('; ');
    }
    case 'adopt':
      return [...(server.jobId ? [`job ${server.jobId} is ${server.status}`] : []), ...notes].join('; ');
    case 'blocked':
      return server.troubles.map(({ code }) => code).join(', ');
    case 'create':
      return notes.join('; ');
  }
}

function blockLines(server: ServerPreview, c: Colors): string[] {
  if (server.verdict !== 'blocked') return [];
  return server.troubles.flatMap(({ code, message, remedy }) => [
    '',
    `${c.red(server.server)} ${code}: ${message}`,
    `  ${remedy}`,
  ]);
}

function forecastLines(preview: Preview, c: Colors, now: number, timeZone?: string): string[] {
  const { forecast, account } = preview;
  const { waves, totalSeconds, slots, peakJobs, apiCalls } = forecast;
  if (totalSeconds === 0) return ['Nothing is left to migrate.'];
  const rows = waves.map(({ name, servers, startSeconds, endSeconds }) => [
    `  ${name}`,
    `${servers} ${servers === 1 ? 'server' : 'servers'}`,
    servers === 0 ? '' : formatDuration((endSeconds - startSeconds) * 1000),
  ]);
  const total = waves.reduce((sum, { servers }) => sum + servers, 0);
  const { all, others } = account.jobs;
  return [
    c.bold('Forecast'),
    ...textTable(
      ['  wave', 'to migrate', 'takes about'],
      [
        ...rows,
        ['  in total', `${total} ${total === 1 ? 'server' : 'servers'}`, formatDuration(totalSeconds * 1000)],
      ],
    ),
    `  up to ${slots} at once; at most ${peakJobs.running} jobs run and ${peakJobs.existing} exist; about ${apiCalls.total} API calls`,
    `  now in the account: ${all.existing} jobs, ${all.running} running; ${others.existing} and ${others.running} of them not of this batch; quota ${account.quota.jobs} and ${account.quota.running}`,
    '',
    ...outlookLines(preview.forecast, now, timeZone).map((line) => `  ${line}`),
    c.dim(
      '  From the sizes of the partitions at 100 Mbit/s (or bandwidth_limit) and images at 30 MB/s; approvals and failures not counted.',
    ),
  ];
}
