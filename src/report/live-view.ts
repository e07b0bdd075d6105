import type { Colors } from 'picocolors/types';
import type { JobHeartbeat } from '../../activities';
import type { BatchProgress, ServerView } from '../../workflows/messages';
import { countsLine } from './batch-report';
import { formatDuration } from './duration';
import { pad } from './text-table';

export interface LiveServer extends ServerView {
  heartbeat?: JobHeartbeat;
}

export interface LiveBatch {
  progress: BatchProgress;
  /** Those under way. */
  servers: LiveServer[];
  /** What happened last, newest last. */
  events: string[];
}

/** One frame of the live view: never wider than `columns` and not longer than `rows`. */
export function liveFrame(
  { progress, servers, events }: LiveBatch,
  { columns, rows }: { columns: number; rows: number },
  c: Colors,
): string[] {
  const ended = progress.waves.reduce((sum, wave) => sum + wave.ended, 0);
  const { inUse, cap } = progress.slots;
  const head = [
    `${c.bold(progress.batch)}  ${progress.status}  ${formatDuration(Date.now() - Date.parse(progress.startedAt))}`,
    `${bar(ended / Math.max(1, progress.total), Math.min(40, columns - 24), c)} ${ended} of ${progress.total} ended`,
    countsLine(progress),
    `running ${inUse.running} of ${cap.running}, jobs existing ${inUse.existing} of ${cap.existing}`,
    ...(progress.waiting ? [`waiting: ${progress.waiting}`] : []),
    '',
  ];
  const news = events.slice(-6);
  const room = Math.max(3, rows - head.length - news.length - 3);
  const shown = servers.slice(0, room);
  const width = Math.max(6, ...shown.map(({ server }) => server.length));
  const lines = shown.map(
    (server) => `${pad(server.server, width)}  ${pad(server.phase, 10)}  ${jobColumn(server, c)}`,
  );
  if (servers.length > shown.length)
    lines.push(c.dim(`… and ${servers.length - shown.length} more under way`));
  return [...head, ...lines, '', ...news.map((line) => c.dim(line))].map((line) => clip(line, columns));
}

function jobColumn({ heartbeat, jobId, error }: LiveServer, c: Colors): string {
  if (heartbeat?.pollError) return c.yellow(heartbeat.pollError);
  if (heartbeat?.status) {
    const percent = heartbeat.progress ?? 0;
    return `${bar(percent / 100, 20, c)} ${percent.toFixed(0).padStart(3)} %  ${heartbeat.businessStatus ?? heartbeat.status}`;
  }
  return error ? c.yellow(error.code) : (jobId ?? '');
}

function bar(share: number, width: number, c: Colors): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${c.green('█'.repeat(full))}${c.dim('░'.repeat(width - full))}`;
}

/** Cuts at the width, colour codes not counted. */
function clip(line: string, columns: number): string {
  let width = 0;
  let clipped = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC.
  for (const token of line.match(/\u001b\[\d+m|[^\u001b]/gu) ?? []) {
    if (!token.startsWith('\u001b')) {
      if (width >= columns) continue;
      width++;
    }
    clipped += token;
  }
  return clipped;
}
