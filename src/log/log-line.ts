import { placeOfWorkflow } from '../../workflows/contract/ids';
import { plainTexts, printable } from '../text';
import type { LogFormat } from './settings';

export interface LogEntry {
  /** Milliseconds since the epoch. */
  at: number;
  level: string;
  message: string;
  /** What the entry is about. Of a workflow or an activity its id tells the batch and the server. */
  fields: Record<string, unknown>;
}

/** The fields that a line of text has, in this order; JSON has all. */
const shown = [
  'batch',
  'server',
  'operation',
  'job',
  'jobId',
  'source',
  'code',
  'requestId',
  'workflowId',
  'activityType',
  'attempt',
] as const;

/** Longer texts are cut: a line must not flood a log. */
const mostLength = 8_000;

/** One line for an entry. Texts of others in it are cleaned. */
export function logLine({ at, level, message, fields }: LogEntry, format: LogFormat): string {
  const time = new Date(at).toISOString();
  const { error, ...others } = fields;
  const facts: Record<string, unknown> = { ...placeOf(others), ...others };
  if (format === 'json') {
    const entry = { time, level: level.toLowerCase(), message, ...withoutOurs(facts), ...errorField(error) };
    return cut(JSON.stringify(plainTexts(JSON.parse(JSON.stringify(entry, jsonValue)))));
  }
  const told = shown.flatMap((name) => {
    const value = facts[name];
    if (value === undefined) return [];
    return [` ${name}=${typeof value === 'object' ? JSON.stringify(value, jsonValue) : value}`];
  });
  return printable(
    `${time} ${level} ${message}${told.join('')}${error ? `: ${messageOf(error)}` : ''}`,
  ).slice(0, mostLength);
}

const placeOf = ({ workflowId }: Record<string, unknown>) =>
  typeof workflowId === 'string' ? placeOfWorkflow(workflowId) : {};

/** A field must not take the place of one of the line's own. */
function withoutOurs(facts: Record<string, unknown>): Record<string, unknown> {
  const { time: _, level: __, message: ___, ...others } = facts;
  return others;
}

const errorField = (error: unknown) =>
  error === undefined
    ? {}
    : { error: messageOf(error), ...(error instanceof Error && error.stack && { stack: error.stack }) };

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What JSON cannot hold. */
function jsonValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return value.message;
  return value;
}

/** A line of JSON that is too long keeps its beginning as a text: it stays one line of valid JSON. */
const cut = (line: string) =>
  line.length <= mostLength ? line : JSON.stringify({ cut: line.slice(0, mostLength) });
