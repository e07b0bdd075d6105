import { DefaultLogger, type LogEntry, Runtime, type RuntimeOptions } from '@temporalio/worker';
import { type LogFormat, type LogLevel, logLine } from '../../log';

export interface RuntimeSettings {
  log: { level: LogLevel; format: LogFormat };
  /** Where the SDK serves its own metrics (`127.0.0.1:40123`); absent: nowhere. */
  sdkMetrics?: string;
}

/**
 * Sets the SDK up for this process; called before the first worker. Its log, and that of its native part, goes to stderr, a line
 * for each entry.
 */
export function installRuntime({ log, sdkMetrics }: RuntimeSettings): void {
  const level = log.level.toUpperCase() as Uppercase<LogLevel>;
  Runtime.install({
    logger: new DefaultLogger(level, (entry) => process.stderr.write(`${lineOf(entry, log.format)}\n`)),
    shutdownSignals: [],
    telemetryOptions: {
      // Of the native part's own libraries nobody wants less than a warning.
      logging: { forward: {}, filter: { core: level, other: level === 'ERROR' ? 'ERROR' : 'WARN' } },
      ...(sdkMetrics && { metrics: metricsAt(sdkMetrics) }),
    },
  });
}

/** Ends it where no worker has come to be, which would have done so: it keeps the process alive. */
export async function closeRuntime(): Promise<void> {
  await Runtime.instance().shutdown();
}

function lineOf({ level, timestampNanos, message, meta }: LogEntry, format: LogFormat): string {
  const at = Number(timestampNanos / 1_000_000n);
  return logLine({ at, level, message, fields: { ...meta } }, format);
}

type Metrics = NonNullable<NonNullable<RuntimeOptions['telemetryOptions']>['metrics']>;

/** By Prometheus' conventions: seconds, and names that end in their unit. */
const metricsAt = (bindAddress: string): Metrics => ({
  attachServiceName: false,
  prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
});

/** A line of the worker's own in its log. */
export const note = (message: string, fields: Record<string, unknown>): void =>
  Runtime.instance().logger.info(message, fields);
