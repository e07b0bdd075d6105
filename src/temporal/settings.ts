import type { WorkerDeploymentVersion } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { type LogFormat, type LogLevel, logFormats, logLevels } from '../log/settings';
import { defaultEndpoint, type SignatureKind, signatureKind } from '../smc';
import type { CredentialsProvider } from '../smc/credentials';
import { type Webhook, webhookSettings } from '../webhook';
import { trustedRoots } from './trusted-roots';
import { TemporalUnavailable } from './unavailable';
import { workerDeployment } from './worker-deployment';

/** The address and options of Temporal, from the standard `TEMPORAL_*` variables and profile file. */
export interface TemporalSettings {
  address: string;
  namespace: string;
  connectionOptions: NativeConnectionOptions;
  /** The variable or profile that sets the address; absent for the default. */
  addressFrom?: string;
}

/** Throws a {@link TemporalUnavailable} when the profile file or a variable cannot be read. */
export function temporalSettings(): TemporalSettings {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    const address = connectionOptions.address || '127.0.0.1:7233';
    return {
      address,
      namespace: namespace ?? 'default',
      connectionOptions: { ...withTrustedRoots(connectionOptions), address },
      ...(connectionOptions.address && { addressFrom: addressSource() }),
    };
  } catch (cause) {
    throw new TemporalUnavailable(`The TEMPORAL_* settings cannot be used: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** TLS with the authorities of `NODE_EXTRA_CA_CERTS`, unless the settings of Temporal name their own. */
export function withTrustedRoots(options: NativeConnectionOptions): NativeConnectionOptions {
  const { tls, apiKey } = options;
  const roots = (tls ?? Boolean(apiKey)) ? trustedRoots() : undefined;
  if (!roots) return options;
  const given = typeof tls === 'object' ? (tls ?? {}) : {};
  return {
    ...options,
    tls: { ...given, serverRootCACertificate: given.serverRootCACertificate ?? roots },
  };
}

const addressSource = () =>
  process.env.TEMPORAL_ADDRESS
    ? 'TEMPORAL_ADDRESS'
    : `the profile '${process.env.TEMPORAL_PROFILE || 'default'}' of Temporal's configuration file`;

/** The task queue of workflows and activities (`SMC_TASK_QUEUE`). */
export const taskQueue = () => process.env.SMC_TASK_QUEUE || 'smc-batch';

/** Settings of the machine a worker runs on. */
export interface WorkerSettings {
  /** `SMC_TASK_QUEUE`; absent: as {@link taskQueue} has it. */
  taskQueue?: string;
  /** Absent: the chain of the Alibaba Cloud SDKs. */
  credentials?: CredentialsProvider;
  /** `SMC_ENDPOINT` */
  endpoint: string;
  /** `SMC_SIGNATURE`: `1.0` or `v3`. */
  signature: SignatureKind;
  /** `SMC_POLL_INTERVAL`, seconds between two polls of the running jobs. */
  pollIntervalSeconds: number;
  /**
   * `SMC_CALLS_PER_SECOND`: the most activities per second over all workers of the task queue, fewer while SMC throttles;
   * absent: no limit while SMC does not throttle.
   */
  callsPerSecond?: number;
  /** `SMC_WEBHOOK_URL`, `SMC_WEBHOOK_FORMAT` and `SMC_WEBHOOK_SECRET`. */
  webhook?: Webhook;
  /** `TEMPORAL_DEPLOYMENT_NAME` and `TEMPORAL_WORKER_BUILD_ID`; absent: the worker is unversioned. */
  deployment?: WorkerDeploymentVersion;
}

/** The settings from the environment; throws a {@link TemporalUnavailable} that names a wrong variable. */
export function workerSettings(env = process.env): WorkerSettings {
  const endpoint = env.SMC_ENDPOINT || defaultEndpoint;
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new TemporalUnavailable(`SMC_ENDPOINT is '${endpoint}': it must be a URL like ${defaultEndpoint}.`);
  }
  const signature = signatureKind(env.SMC_SIGNATURE);
  if (!signature)
    throw new TemporalUnavailable(`SMC_SIGNATURE is '${env.SMC_SIGNATURE}': it must be 1.0 or v3.`);
  const pollIntervalSeconds = Number(env.SMC_POLL_INTERVAL || 30);
  if (!(pollIntervalSeconds >= 0.05 && pollIntervalSeconds <= 3600)) {
    throw new TemporalUnavailable(
      `SMC_POLL_INTERVAL is '${env.SMC_POLL_INTERVAL}': it must be seconds, at most 3600.`,
    );
  }
  const callsPerSecond = env.SMC_CALLS_PER_SECOND ? Number(env.SMC_CALLS_PER_SECOND) : undefined;
  if (callsPerSecond !== undefined && !(callsPerSecond > 0)) {
    throw new TemporalUnavailable(
      `SMC_CALLS_PER_SECOND is '${env.SMC_CALLS_PER_SECOND}': it must be a number above 0.`,
    );
  }
  return {
    endpoint,
    signature,
    pollIntervalSeconds,
    callsPerSecond,
    webhook: readWebhook(env),
    deployment: workerDeployment(env),
  };
}

/** Where a worker serves its metrics and its health. */
export interface MetricsAddress {
  host: string;
  port: number;
}

/** `SMC_METRICS_ADDRESS`, `127.0.0.1:9464`; undefined where it is not set. Throws a {@link TemporalUnavailable}. */
export function metricsAddress(env = process.env): MetricsAddress | undefined {
  const text = env.SMC_METRICS_ADDRESS;
  if (!text) return undefined;
  const [, host = '', digits = ''] = /^(\[[\da-fA-F:.]+\]|[^:\s]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!host || port > 65_535) {
    throw new TemporalUnavailable(
      `SMC_METRICS_ADDRESS is '${text}': it must be a host and a port like 127.0.0.1:9464.`,
    );
  }
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

export interface LogSettings {
  level: LogLevel;
  format: LogFormat;
}

/** `SMC_LOG_LEVEL` and `SMC_LOG_FORMAT` of a worker; throws a {@link TemporalUnavailable} that names the wrong one. */
export function logSettings(defaultLevel: LogLevel = 'info', env = process.env): LogSettings {
  return {
    level: oneOf(logLevels, 'SMC_LOG_LEVEL', env, defaultLevel),
    format: oneOf(logFormats, 'SMC_LOG_FORMAT', env, 'text'),
  };
}

function oneOf<T extends string>(
  values: readonly T[],
  name: string,
  env: NodeJS.ProcessEnv,
  otherwise: T,
): T {
  const value = env[name] || otherwise;
  const known = values.find((one) => one === value.toLowerCase());
  if (known) return known;
  throw new TemporalUnavailable(
    `${name} is '${value}': it must be ${values.join(', ').replace(/, (?=\w+$)/, ' or ')}.`,
  );
}

function readWebhook(env: NodeJS.ProcessEnv): Webhook | undefined {
  const webhook = webhookSettings(env);
  if (typeof webhook === 'string') throw new TemporalUnavailable(webhook);
  return webhook;
}
