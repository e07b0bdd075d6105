import type { TLSConfig } from '@temporalio/client';

/** Which Temporal; what is not given comes from the standard `TEMPORAL_*` variables and profile file. */
export interface TemporalOptions {
  /** `host:port` */
  address?: string;
  namespace?: string;
  apiKey?: string;
  /** `true`, or certificates; default: TLS where an API key is given. */
  tls?: TLSConfig | boolean;
}

/** How the batches of a Temporal namespace are reached. */
export interface SmcBatchClientOptions {
  temporal?: TemporalOptions;
  /** Where batches start; default `SMC_TASK_QUEUE`, else `smc-batch`. A batch that runs stays on its own. */
  taskQueue?: string;
  /** Who gives the orders, for the journal; default `user@host`. */
  by?: string;
}
