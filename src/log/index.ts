/** A worker's log: one line an entry, as text or JSON, and nothing in it steers what shows it. */
export { type LogEntry, logLine } from './log-line';
export { type LogFormat, type LogLevel, logFormats, logLevels } from './settings';
