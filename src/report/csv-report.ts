import type { BatchReport, ReportServer } from './report-schema';

const columns: Record<string, (server: ReportServer) => string | number | undefined> = {
  server: ({ server }) => server,
  wave: ({ wave }) => wave,
  phase: ({ phase }) => phase,
  sourceId: ({ sourceId }) => sourceId,
  jobId: ({ jobId }) => jobId,
  imageId: ({ imageId }) => imageId,
  starts: ({ starts }) => starts,
  startedAt: ({ startedAt }) => startedAt,
  endedAt: ({ endedAt }) => endedAt,
  seconds: ({ seconds }) => seconds,
  errorCode: ({ error }) => error?.code,
  errorMessage: ({ error }) => error?.message,
  errorAction: ({ error }) => error?.action,
  requestId: ({ error }) => error?.requestId,
  remedy: ({ error }) => error?.remedy,
  leftoverJobId: ({ leftover }) => leftover?.jobId,
  leftoverWhy: ({ leftover }) => leftover?.why,
  leftoverInstanceHours: ({ leftover }) => leftover?.instanceHours,
  note: ({ note }) => note,
};

/** One row a server, as RFC 4180 has it: a header, CRLF after each row, quotes where they are needed. */
export function csvReport({ servers }: Pick<BatchReport, 'servers'>): string {
  const rows = servers.map((server) => Object.values(columns).map((value) => cell(value(server))));
  return [Object.keys(columns), ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** A spreadsheet runs a text that begins like this as a formula, wide forms included; an apostrophe makes it a text. */
const formula = /^\s*[=+\-@\t\r\n＝＋－＠]/;

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
