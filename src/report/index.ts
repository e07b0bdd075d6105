/** What a batch does and did: for people, and for other programs. */
export { countsLine, type TextLook, textReport } from './batch-report';
export { buildBatchReport, type ReportSource } from './build-report';
export { clockTime, clockTimeAhead, inClockTimes, isEndAhead, zonedTime } from './clock-time';
export { costLines } from './cost-lines';
export { csvReport } from './csv-report';
export { formatDuration } from './duration';
export { evidenceFacts } from './evidence';
export { htmlReport } from './html';
export { type JobSeen, jobSeenLine, jobState, type ServerInSight } from './job-seen';
export {
  formatInstanceHours,
  instanceHours,
  keptJobs,
  keptJobsLine,
  leftoverMeaning,
  withInstanceHours,
} from './kept-jobs';
export type { LiveServer } from './live/job-rows';
export { type LiveBatch, liveFrame } from './live/live-view';
export { markdownReport } from './markdown-report';
export { batchReportJsonSchema, batchReportSchema } from './report-schema';
export { doneAbout, nextAfterGoodEnd, nextLine, statusText, waitingLines } from './status-text';
export {
  errorKind,
  groupTroubles,
  type ServerTrouble,
  type Troubles,
  troubleGroups,
  troubleLines,
} from './trouble';
export { utcTime } from './utc-time';
