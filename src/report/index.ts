/** What a batch does and did, for people to read. */
export { countsLine, textReport } from './batch-report';
export { formatDuration } from './duration';
export { type LiveBatch, type LiveServer, liveFrame } from './live-view';
export { textTable } from './text-table';
