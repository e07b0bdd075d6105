import type { Colors } from 'picocolors/types';
import { displayWidth, failureLine, inColumns, padded, plainLine } from '../../text';
import { clockTime, clockTimeAhead, isEndAhead } from '../clock-time';
import { formatDuration } from '../duration';
import { type JobSeen, jobPercent, jobPhase, type ServerInSight, seenAgo } from '../job-seen';
import { bar } from './bar';

/** The time that a screen is drawn for, in milliseconds since the epoch, and its zone: by default the terminal's. */
export interface Clock {
  now: number;
  timeZone?: string;
}

export interface LiveServer extends ServerInSight {
  /** Why its last poll failed, or a call that is repeated. */
  trouble?: string;
}

/** What stands beside a server's name, in so many columns; and the line above it, where a job is seen to run. */
export function jobRows(
  servers: readonly LiveServer[],
  columns: number,
  c: Colors,
  clock: Clock,
): { header?: string; row: (server: LiveServer) => string } {
  const runs = servers.filter((server): server is RunningServer => isSeenRunning(server));
  const shown = columnsThatFit(runs, columns, c, clock);
  const joined = (cells: string[]) => cells.join('  ').trimEnd();
  return {
    header: runs.length > 0 ? joined(shown.map(({ title, width }) => padded(title, width))) : undefined,
    row: (server) =>
      isSeenRunning(server)
        ? joined(shown.map(({ cell }) => cell(server)))
        : runs.length > 0 && isBrief(server)
          ? joined(shown.map(({ title, width }) => padded(briefCell(server, title, clock), width)))
          : phaseLine(server, c, clock),
  };
}

type RunningServer = LiveServer & { jobSeen: JobSeen };
type Cell = (server: RunningServer) => string;

interface LiveColumn {
  title: string;
  width: number;
  cell: Cell;
}

export const isSeenRunning = (server: LiveServer): server is RunningServer =>
  server.phase === 'migrating' && server.trouble === undefined && server.jobSeen !== undefined;

/** A server of which there is nothing to say but its phase. */
const isBrief = ({ phase, trouble }: LiveServer) =>
  !trouble && (phase === 'migrating' || phase === 'finishing');

/** Such a server under the titles of those whose jobs are seen to run. */
function briefCell(server: LiveServer, title: string, { now }: Clock): string {
  const { startedAt, jobId = '' } = server;
  switch (title) {
    case 'state':
      return startingOrFinishing(server);
    case 'job':
      return plainLine(jobId);
    case 'running':
      return startedAt === undefined ? '' : formatDuration(now - startedAt);
    default:
      return '';
  }
}

const startingOrFinishing = ({ phase }: LiveServer) => (phase === 'finishing' ? 'finishing' : 'starting');

/** Percent and state are always there; then by their worth: how old that is, the end, a bar, the job, the time so far. */
function columnsThatFit(
  servers: readonly RunningServer[],
  columns: number,
  c: Colors,
  { now, timeZone }: Clock,
): LiveColumn[] {
  const state: LiveColumn = {
    title: 'state',
    width: 10,
    cell: ({ jobSeen }) => inColumns(jobPhase(jobSeen), 10),
  };
  const seen = column('seen', servers, ({ jobSeen }) => seenAgo(jobSeen, now));
  const end = (time: typeof clockTime) =>
    column('ends', servers, ({ estimatedEnd }) =>
      isEndAhead(estimatedEnd, now) ? time(estimatedEnd, now, timeZone) : '',
    );
  const [endAt, endAhead] = [end(clockTime), end(clockTimeAhead)];
  const job = column('job', servers, ({ jobId = '' }) => plainLine(jobId));
  const soFar = column('running', servers, ({ startedAt }) =>
    startedAt === undefined ? '' : formatDuration(now - startedAt),
  );
  const starts = column('starts', servers, ({ starts = 1 }) => (starts > 1 ? String(starts) : ''));
  let left = columns - (percentWidth + 2 + state.width);
  const fits = ({ width }: { width: number }) => {
    const isRoom = width > 0 && left >= width + 2;
    if (isRoom) left -= width + 2;
    return isRoom;
  };
  const showsSeen = fits(seen);
  const ends = [endAhead, endAt].find(fits);
  const showsBar = fits({ width: shortestBar });
  const [showsJob, showsSoFar, showsStarts] = [fits(job), fits(soFar), fits(starts)];
  const barWidth = Math.min(40, shortestBar + Math.max(0, left));
  const percent = (title: string): LiveColumn => ({
    title,
    width: percentWidth,
    cell: ({ jobSeen }) => jobPercent(jobSeen.progress ?? 0).padStart(percentWidth),
  });
  const progress: LiveColumn = {
    title: 'progress',
    width: barWidth,
    cell: ({ jobSeen }) => bar((jobSeen.progress ?? 0) / 100, barWidth, c),
  };
  return [
    ...(showsBar ? [progress, percent('')] : [percent(' done')]),
    state,
    ...(showsJob ? [job] : []),
    ...(showsSeen ? [seen] : []),
    ...(showsSoFar ? [soFar] : []),
    ...(ends ? [ends] : []),
    ...(showsStarts ? [starts] : []),
  ];
}

const percentWidth = 5;
const shortestBar = 8;

/** No column at all where no server has a value. */
function column(title: string, servers: readonly RunningServer[], text: Cell): LiveColumn {
  const widest = Math.max(0, ...servers.map((server) => displayWidth(text(server))));
  const width = widest === 0 ? 0 : Math.max(widest, displayWidth(title));
  return { title, width, cell: (server) => padded(text(server), width) };
}

/** A server without a job that is seen to run. */
function phaseLine(server: LiveServer, c: Colors, { now, timeZone }: Clock): string {
  const { phase, trouble, error, startedAt, stoppedRunningAt, nextStartAt, jobId = '' } = server;
  const since = phase === 'migrating' ? startedAt : (stoppedRunningAt ?? startedAt);
  const time = inColumns(since === undefined ? '' : formatDuration(now - since), 8);
  switch (phase) {
    case 'recovering': {
      const again =
        nextStartAt !== undefined && nextStartAt > now
          ? `again at ${clockTimeAhead(nextStartAt, now, timeZone)}: `
          : '';
      const why = error ? failureLine({ code: error.code, message: error.message }) : 'its job broke';
      return `${c.yellow('recovering')}  ${time}  ${c.yellow(`${again}${plainLine(why)}`)}`;
    }
    case 'queued':
      return `queued      ${time}  waits for a slot to start again`;
    default:
      if (trouble) return c.yellow(plainLine(trouble));
      return `${padded(startingOrFinishing(server), 10)}  ${time}  ${plainLine(jobId)}`;
  }
}
