import type { BatchProgress, ServerView } from '../../workflows/contract/views';
import type { Prices } from '../costs';
import type { ServerInSight } from './job-seen';
import { instanceHours, keptJobs, leftoverMeaning } from './kept-jobs';
import { areaOf, serversUnderWay } from './live/servers-under-way';
import { reportCosts } from './report-costs';
import type { BatchReport, ReportServer } from './report-schema';

/** The source of a report. */
export interface ReportSource {
  progress: BatchProgress;
  servers: ServerInSight[];
  /** The ends of servers that have left the plan. */
  leftPlan?: string[];
  generatedAt: Date;
  /** How Temporal ended the batch before its own end: `terminated`, `timed out`. */
  cutShort?: string;
  /** What things cost, where somebody has said so. */
  prices?: Prices;
}

/** The report of a batch: of all that it did, or of what it has done so far. */
export function buildBatchReport({
  progress,
  servers: views,
  leftPlan = [],
  generatedAt,
  cutShort,
  prices,
}: ReportSource): BatchReport {
  const now = generatedAt.getTime();
  const servers = views.map((view) => reportServer(view, now));
  return {
    version: 1,
    batch: progress.batch,
    status: cutShort ?? progress.status,
    outcome: cutShort ? undefined : progress.outcome,
    soFar: progress.status !== 'ended',
    generatedAt: generatedAt.toISOString(),
    summary: {
      ...summaryOf(progress, servers, generatedAt),
      keptJobs: keptJobs(views, now),
      costs: reportCosts(views, progress.waves, now, prices),
    },
    servers,
    failures: failureGroups(servers),
    leftovers: servers.flatMap(({ server, leftover }) =>
      leftover && !leftover.deletedAt
        ? [{ server, ...leftover, meaning: leftoverMeaning[leftover.why] }]
        : [],
    ),
    notes: [
      ...notesOf(servers),
      ...deletedSince(servers),
      ...(leftPlan.length > 0 ? [{ note: 'left the plan after they had ended', servers: leftPlan }] : []),
    ],
  };
}

function reportServer(view: ServerInSight, now: number): ReportServer {
  const { server, wave, phase, sourceId, jobId, imageId, imageName, starts } = view;
  const { startedAt, endedAt, error, evidence, leftover, note, earlier, declared } = view;
  return {
    server,
    wave,
    phase,
    sourceId,
    jobId,
    imageId,
    imageName,
    starts,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    estimatedEnd: isoTime(view.estimatedEnd),
    nextStartAt: isoTime(view.nextStartAt),
    jobSeen: view.jobSeen && { ...view.jobSeen, at: new Date(view.jobSeen.at).toISOString() },
    seconds: startedAt && endedAt ? Math.max(0, endedAt - startedAt) / 1000 : undefined,
    error: error && failureOf(error),
    evidence: evidence && { ...evidence, readAt: new Date(evidence.readAt).toISOString() },
    leftover: leftover && {
      jobId: leftover.jobId,
      why: leftover.why,
      error: leftover.error && failureOf(leftover.error),
      instanceHours: instanceHours(view, now),
      deletedAt: isoTime(leftover.deletedAt),
    },
    note,
    earlier,
    declared,
  };
}

/** Jobs that were left, and are no more. */
function deletedSince(servers: readonly ReportServer[]): BatchReport['notes'] {
  const deleted = servers.filter(({ leftover }) => leftover?.deletedAt);
  if (deleted.length === 0) return [];
  return [
    {
      note: 'their jobs were left, and cleanup has deleted them since',
      servers: deleted.map(({ server }) => server),
    },
  ];
}

const isoTime = (at: number | undefined) => (at ? new Date(at).toISOString() : undefined);

/** The fields of an error that the schema has: an error may have others, which readers must not rely on. */
function failureOf({ code, message, remedy, action, requestId }: NonNullable<ServerView['error']>) {
  return { code, message, remedy, action, requestId };
}

function summaryOf(
  progress: BatchProgress,
  servers: ReportServer[],
  generatedAt: Date,
): Omit<BatchReport['summary'], 'costs'> {
  const start = Date.parse(progress.startedAt);
  const ofThisRun = servers.filter(({ earlier }) => !earlier);
  const endedAt = progress.status === 'ended' ? (latest(ofThisRun) ?? progress.startedAt) : undefined;
  const end = Math.max(start, endedAt ? Date.parse(endedAt) : generatedAt.getTime());
  const steps = serversUnderWay(ofThisRun, generatedAt.getTime());
  return {
    total: progress.total,
    counts: Object.fromEntries(Object.entries(progress.counts).filter(([, count]) => count > 0)),
    earlier: progress.earlier,
    declared: progress.declared,
    startedAt: progress.startedAt,
    endedAt,
    wallSeconds: (end - start) / 1000,
    waves: progress.waves.map(({ name, total, ended, failed, state, closed }) => {
      const members = ofThisRun.filter(({ wave }) => wave === name);
      const starts = members.flatMap(({ startedAt }) => startedAt ?? []);
      return {
        name,
        total,
        ended,
        failed,
        state,
        closed,
        startedAt: starts.sort()[0],
        endedAt: ended === total ? latest(members) : undefined,
      };
    }),
    underWay: {
      peak: Math.max(0, ...steps.map(({ count }) => count)),
      average: end > start ? Math.round((areaOf(steps) / (end - start)) * 10) / 10 : 0,
      slots: progress.slots.cap.running || undefined,
    },
    serverSeconds: timesOf(servers),
    accountTrouble: progress.accountTrouble && {
      error: failureOf(progress.accountTrouble.error),
      since: progress.accountTrouble.since,
    },
    waiting: progress.waiting,
    next: progress.next,
    estimatedEnd: isoTime(progress.estimatedEnd),
    strayJobs: progress.strayJobs || undefined,
  };
}

/** The latest end. ISO times of the same length sort by time. */
const latest = (servers: ReportServer[]) =>
  servers
    .flatMap(({ endedAt }) => endedAt ?? [])
    .sort()
    .at(-1);

function timesOf(servers: ReportServer[]) {
  const times = servers
    .flatMap(({ phase, seconds }) => (phase === 'migrated' && seconds !== undefined ? seconds : []))
    .sort((a, b) => a - b);
  if (times.length === 0) return undefined;
  return { median: times[Math.floor((times.length - 1) / 2)]!, longest: times.at(-1)! };
}

function failureGroups(servers: ReportServer[]): BatchReport['failures'] {
  const byCode = new Map<string, ReportServer[]>();
  for (const server of servers) {
    if (server.phase !== 'failed') continue;
    const code = server.error?.code ?? 'unknown';
    byCode.set(code, [...(byCode.get(code) ?? []), server]);
  }
  return [...byCode]
    .sort(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1))
    .map(([code, members]) => {
      const remedy = mostFrequent(members.map(({ error }) => error?.remedy ?? ''));
      return {
        code,
        remedy,
        servers: members.map(({ server, error, jobId }) => ({
          server,
          message: error?.message ?? '',
          remedy: error && error.remedy !== remedy ? error.remedy : undefined,
          action: error?.action,
          requestId: error?.requestId,
          jobId,
        })),
      };
    });
}

function notesOf(servers: ReportServer[]): BatchReport['notes'] {
  const byText = new Map<string, string[]>();
  for (const { server, note } of servers) {
    if (note) byText.set(note, [...(byText.get(note) ?? []), server]);
  }
  return [...byText].map(([note, names]) => ({ note, servers: names }));
}

function mostFrequent(texts: string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
