import type { Colors } from 'picocolors/types';
import { displayWidth, failureLine, inColumns, padded, plainLine } from '../../text';
import { clockTime, clockTimeAhead } from '../clock-time';
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

/** What stands beside a server's name, in so many columns. */
export function jobRows(
  servers: readonly LiveServer[],
  columns: number,
  c: Colors,
  clock: Clock,
): (server: LiveServer) => string {
  const runs = servers.filter((server): server is RunningServer => isSeenRunning(server));
  const cells = columnsThatFit(runs, columns, c, clock);
  return (server) =>
    isSeenRunning(server)
      ? cells
          .map((cell) => cell(server))
          .join('  ')
          .trimEnd()
      : phaseLine(server, c, clock);
}

type RunningServer = LiveServer & { jobSeen: JobSeen };
type Cell = (server: RunningServer) => string;

const isSeenRunning = (server: LiveServer): server is RunningServer =>
  server.phase === 'migrating' && server.trouble === undefined && server.jobSeen !== undefined;

/** Phase, percent and job are always there; then by their worth: how old that is, the end, a bar, the time so far. */
function columnsThatFit(
  servers: readonly RunningServer[],
  columns: number,
  c: Colors,
  { now, timeZone }: Clock,
): Cell[] {
  const percent: Cell = ({ jobSeen }) => jobPercent(jobSeen.progress ?? 0).padStart(5);
  const phase: Cell = ({ jobSeen }) => inColumns(jobPhase(jobSeen), 10);
  const job = column(servers, ({ jobId = '' }) => plainLine(jobId));
  const starts = column(servers, (server) =>
    server.starts !== undefined && server.starts > 1 ? `start ${server.starts}` : '',
  );
  const age = column(servers, ({ jobSeen }) => seenAgo(jobSeen, now));
  const end = (time: typeof clockTime) =>
    column(servers, ({ estimatedEnd }) =>
      estimatedEnd !== undefined && estimatedEnd > now ? `ends ${time(estimatedEnd, now, timeZone)}` : '',
    );
  const soFar = column(servers, ({ startedAt }) =>
    startedAt === undefined ? '' : formatDuration(now - startedAt),
  );
  const [endAt, endAhead] = [end(clockTime), end(clockTimeAhead)];
  let left = columns - (5 + 2 + 10 + 2 + job.width);
  const fits = (width: number) => {
    const isRoom = width === 0 || left >= width + 2;
    if (isRoom && width > 0) left -= width + 2;
    return isRoom && width > 0;
  };
  const showsAge = fits(age.width);
  const showsEnd = fits(endAt.width);
  const showsBar = fits(shortestBar);
  const showsAhead = showsEnd && fits(endAhead.width - endAt.width - 2);
  const showsSoFar = fits(soFar.width);
  const showsStarts = fits(starts.width);
  const barWidth = Math.min(40, shortestBar + Math.max(0, left));
  return [
    ...(showsBar ? [({ jobSeen }: RunningServer) => bar((jobSeen.progress ?? 0) / 100, barWidth, c)] : []),
    percent,
    phase,
    job.cell,
    ...(showsAge ? [age.cell] : []),
    ...(showsSoFar ? [soFar.cell] : []),
    ...(showsAhead ? [endAhead.cell] : showsEnd ? [endAt.cell] : []),
    ...(showsStarts ? [starts.cell] : []),
  ];
}

const shortestBar = 8;

function column(servers: readonly RunningServer[], text: Cell): { width: number; cell: Cell } {
  const width = Math.max(0, ...servers.map((server) => displayWidth(text(server))));
  return { width, cell: (server) => padded(text(server), width) };
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
      return `${phase === 'finishing' ? 'finishing' : 'starting '}   ${time}  ${plainLine(jobId)}`;
  }
}
