import type { Colors } from 'picocolors/types';
import { slotsSaid } from '../../../workflows/contract/slots';
import type { BatchProgress } from '../../../workflows/contract/views';
import {
  accountTroubleLine,
  clip,
  counted,
  displayWidth,
  inColumns,
  plainLine,
  smcBatchCommand,
} from '../../text';
import { inClockTimes } from '../clock-time';
import { formatDuration } from '../duration';
import { strayJobsLine } from '../kept-jobs';
import { doneAbout, nextLine } from '../status-text';
import { webhookLine } from '../trouble';
import { bar } from './bar';
import { type Clock, isSeenRunning, jobRows, type LiveServer } from './job-rows';

export interface LiveBatch {
  progress: BatchProgress;
  /** The servers under way. */
  servers: LiveServer[];
  /** The last events, the newest last. */
  events: string[];
  /** The line that explains the keys, where there are any. */
  keys?: string;
}

export interface ScreenSize {
  columns: number;
  rows: number;
}

/** A frame of the live view: at most `columns` wide, and one row shorter than `rows`, for the cursor. */
export function liveFrame(
  batch: LiveBatch,
  size: ScreenSize,
  c: Colors,
  clock: Clock = { now: Date.now() },
): string[] {
  const { columns, rows } = size;
  const head = headLines(batch, columns, c, clock);
  const waiting = waitingLines(batch, c, clock).slice(0, 5);
  const keys = batch.keys ? [c.dim(batch.keys)] : [];
  const fixed = head.length + waiting.length + keys.length + 4;
  const events = batch.events.slice(-Math.max(1, Math.min(6, Math.floor((rows - fixed) / 2))));
  const room = Math.max(2, rows - fixed - events.length);
  const blocks = [
    head,
    serverLines(batch.servers, size, room, c, clock),
    waiting,
    [...events.map((line) => c.dim(plainLine(line))), ...keys],
  ].filter((block) => block.length > 0);
  return blocks
    .flatMap((block, i) => (i === 0 ? block : ['', ...block]))
    .slice(0, Math.max(1, rows - 1))
    .map((line) => clip(line, columns));
}

function headLines({ progress }: LiveBatch, columns: number, c: Colors, { now, timeZone }: Clock): string[] {
  const ended = progress.waves.reduce((sum, wave) => sum + wave.ended, 0);
  const said = `${ended} of ${progress.total} ended${doneAbout(progress, now, timeZone)}`;
  const width = Math.max(10, Math.min(60, columns - displayWidth(said) - 2));
  const refused = accountTroubleLine(progress.accountTrouble);
  return [
    ...(refused ? [c.red(refused)] : []),
    `${c.bold(progress.batch)}  ${statusColor(progress, c)}  ${formatDuration(now - Date.parse(progress.startedAt))}`,
    `${bar(ended / Math.max(1, progress.total), width, c)}  ${said}`,
    outcomes(progress, c),
    slotsSaid(progress.slots),
    ...(progress.webhook ? [c.yellow(`trouble  ${webhookLine(progress.webhook, now)}`)] : []),
  ];
}

/** How servers ended before where the others are: what does not fit is the least. */
function outcomes({ counts }: BatchProgress, c: Colors): string {
  const { waiting, migrating, recovering, queued, synced, finishing, ...ended } = counts;
  const said = Object.entries({ ...ended, migrating, recovering, queued, finishing, synced, waiting })
    .filter(([, count]) => count > 0)
    .map(([phase, count]) => (phase === 'failed' ? c.red(`${count} ${phase}`) : `${count} ${phase}`));
  return said.join(', ');
}

/** A line for each server whose job runs or is in trouble; servers between two syncs are only counted. */
function serverLines(
  servers: LiveServer[],
  { columns }: ScreenSize,
  room: number,
  c: Colors,
  clock: Clock,
): string[] {
  const moving = servers.filter(({ phase }) => phase !== 'synced');
  const synced = servers.length - moving.length;
  const folded = synced > 0 ? [`${counted(synced, 'server')} synced, until cut over`] : [];
  // Servers in trouble come first, so that they fit on the screen.
  const sorted = [...moving].sort((a, b) => Number(isInTrouble(b)) - Number(isInTrouble(a)));
  // A screen of a few rows needs them for servers.
  const hasHeader = room >= 6 && moving.some(isSeenRunning);
  const space = room - folded.length - (hasHeader ? 1 : 0);
  const shown = sorted.length <= space ? sorted : sorted.slice(0, Math.max(1, space - 1));
  const names = shown.map(({ server }) => displayWidth(plainLine(server)));
  const width = Math.min(Math.max(6, ...names), Math.floor(columns * 0.3));
  const { header, row } = jobRows(shown, columns - width - 2, c, clock);
  const more = moving.length - shown.length;
  return [
    ...(hasHeader && header !== undefined ? [c.dim(`${inColumns('server', width)}  ${header}`)] : []),
    ...shown.map((server) => `${inColumns(plainLine(server.server), width)}  ${row(server)}`),
    ...(more > 0 ? [c.dim(`… and ${more} more under way`)] : []),
    ...folded,
  ];
}

const isInTrouble = ({ phase, trouble }: LiveServer) => phase === 'recovering' || trouble !== undefined;

/** The reasons why servers wait, with waves of the same reason together; then the jobs that stay and are billed. */
function waitingLines({ progress, servers }: LiveBatch, c: Colors, { now, timeZone }: Clock): string[] {
  const shown = (reason: string) => plainLine(inClockTimes(reason, now, timeZone));
  const byReason = new Map<string, { names: string[]; count: number }>();
  for (const { name, total, ended, closed } of progress.waves) {
    const count = total - ended - servers.filter(({ wave }) => wave === name).length;
    const reason = closed ?? progress.waiting;
    if (count <= 0 || !reason) continue;
    const waiting = byReason.get(reason) ?? { names: [], count: 0 };
    byReason.set(reason, { names: [...waiting.names, name], count: waiting.count + count });
  }
  const lines = [...byReason].map(
    ([reason, { names, count }]) => `${plainLine(names.join(', '))}: ${count} waiting, ${shown(reason)}`,
  );
  if (lines.length === 0 && progress.waiting) lines.push(`waiting: ${shown(progress.waiting)}`);
  const next = nextLine(progress);
  if (next) lines.push(c.yellow(`next: ${next}`));
  const strays = strayJobsLine(progress);
  if (strays) lines.push(c.yellow(strays));
  if (progress.leftovers === 0) return lines;
  const stay = progress.leftovers === 1 ? '1 job stays' : `${progress.leftovers} jobs stay`;
  return [
    ...lines,
    c.yellow(`${stay} in the account, billed until deleted: ${smcBatchCommand('cleanup', [progress.batch])}`),
  ];
}

function statusColor({ status }: BatchProgress, c: Colors): string {
  if (status === 'stopped') return c.red(status);
  const isCalm = status === 'running' || status === 'surveying' || status === 'ended';
  return isCalm ? status : c.yellow(status);
}
