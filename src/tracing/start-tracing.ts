import type * as Api from '@opentelemetry/api';
import { printable } from '../text';
import { addressOnly } from './address-only';

/** The traces of a worker process. */
export interface Tracing {
  api: typeof Api;
  /** Sends what has not been sent yet. */
  stop(): Promise<void>;
}

/** Optional peers of the package: `npm install` brings them only where somebody asks for them. */
const packages = ['@opentelemetry/sdk-node', '@opentelemetry/instrumentation-undici'] as const;

/** Whether the standard variables of OpenTelemetry name a place for traces. */
export function tracesAreAsked(env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return false;
  return Boolean(
    env.OTEL_TRACES_EXPORTER || env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  );
}

/**
 * Starts tracing by the `OTEL_*` variables; undefined where they do not ask for traces, or the packages are missing, which is
 * said. A migration never waits for its traces.
 */
export async function startTracing(
  env: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): Promise<Tracing | undefined> {
  if (!tracesAreAsked(env)) return undefined;
  const found = await load().catch((error: NodeJS.ErrnoException) => {
    if (!['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(error.code ?? '')) throw error;
    warn(`OTEL_* variables ask for traces, and there are none without: npm install ${packages.join(' ')}`);
  });
  if (!found) return undefined;
  const { api, NodeSDK, UndiciInstrumentation } = found;
  api.diag.setLogger(sayingOnce(warn), api.DiagLogLevel.WARN);
  // The SDK's own defaults would send metrics and logs as well, and look up more of the machine than a trace needs.
  env.OTEL_METRICS_EXPORTER ??= 'none';
  env.OTEL_LOGS_EXPORTER ??= 'none';
  env.OTEL_NODE_RESOURCE_DETECTORS ??= 'env,host';
  const sdk = new NodeSDK({
    serviceName: env.OTEL_SERVICE_NAME || 'smc-batch-worker',
    instrumentations: [new UndiciInstrumentation({ requestHook: addressOnly })],
    // No header of ours goes to SMC or a webhook.
    textMapPropagator: null,
  });
  sdk.start();
  return { api, stop: () => sdk.shutdown().catch((error: Error) => warn(error.message)) };
}

async function load() {
  const [api, { NodeSDK }, { UndiciInstrumentation }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-undici'),
  ]);
  return { api, NodeSDK, UndiciInstrumentation };
}

const repeatMs = 600_000;

/** A place for traces that is away is told once in ten minutes, not at each try. */
function sayingOnce(warn: (line: string) => void): Api.DiagLogger {
  const told = new Map<string, number>();
  const say = (message: string, ...more: unknown[]) => {
    const said = [message, ...more].map((part) => (part instanceof Error ? part.message : String(part)));
    const line = printable(`traces: ${said.join(' ')}`).slice(0, 500);
    if (Date.now() - (told.get(line) ?? Number.NEGATIVE_INFINITY) < repeatMs) return;
    if (told.size > 100) told.clear();
    told.set(line, Date.now());
    warn(line);
  };
  const quiet = () => undefined;
  return { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet };
}
