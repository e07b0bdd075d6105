import { toCsv } from '../text';
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
  leftoverDeletedAt: ({ leftover }) => leftover?.deletedAt,
  note: ({ note }) => note,
  earlier: ({ earlier }) => (earlier ? 'true' : undefined),
};

/** The report as a CSV, with one row for each server. */
export const csvReport = ({ servers }: Pick<BatchReport, 'servers'>): string =>
  toCsv(
    Object.keys(columns),
    servers.map((server) => Object.values(columns).map((value) => value(server))),
  );
