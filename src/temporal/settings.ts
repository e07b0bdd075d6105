import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { defaultEndpoint } from '../smc';
import { TemporalUnavailable } from './unavailable';

/** Where Temporal is; from the standard `TEMPORAL_*` variables and profile file. */
export interface TemporalSettings {
  address: string;
  namespace: string;
  connectionOptions: NativeConnectionOptions;
}

/** Throws a {@link TemporalUnavailable} when the profile file or a variable cannot be read. */
export function temporalSettings(): TemporalSettings {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    const address = connectionOptions.address ?? '127.0.0.1:7233';
    return {
      address,
      namespace: namespace ?? 'default',
      connectionOptions: { ...connectionOptions, address },
    };
  } catch (cause) {
    throw new TemporalUnavailable(`The TEMPORAL_* settings cannot be used: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Workflows and activities meet on this task queue (`SMC_TASK_QUEUE`). */
export const taskQueue = () => process.env.SMC_TASK_QUEUE || 'smc-batch';

/** Settings of the machine a worker runs on. */
export interface WorkerSettings {
  /** `SMC_ENDPOINT` */
  endpoint: string;
  /** `SMC_POLL_INTERVAL`, seconds between two looks at the running jobs. */
  pollIntervalSeconds: number;
}

/** From the environment; throws a {@link TemporalUnavailable} that names the variable that is wrong. */
export function workerSettings(env = process.env): WorkerSettings {
  const endpoint = env.SMC_ENDPOINT || defaultEndpoint;
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new TemporalUnavailable(`SMC_ENDPOINT is '${endpoint}': it must be a URL like ${defaultEndpoint}.`);
  }
  const pollIntervalSeconds = Number(env.SMC_POLL_INTERVAL || 30);
  if (!(pollIntervalSeconds >= 0.05 && pollIntervalSeconds <= 3600)) {
    throw new TemporalUnavailable(
      `SMC_POLL_INTERVAL is '${env.SMC_POLL_INTERVAL}': it must be seconds, at most 3600.`,
    );
  }
  return { endpoint, pollIntervalSeconds };
}
