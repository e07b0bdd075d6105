/** A metric of a worker's page: docs/observability.md has a row for each. */
export interface Metric {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Of a histogram: the upper bounds. */
  buckets?: readonly number[];
}

/** What one worker counts. Prometheus adds them up over all workers. */
export const counted = {
  apiRequests: {
    name: 'smc_batch_api_requests_total',
    type: 'counter',
    help: "Calls to the SMC API, by operation and by the API's code; OK where it has none",
    labels: ['operation', 'code'],
  },
  apiSeconds: {
    name: 'smc_batch_api_request_duration_seconds',
    type: 'histogram',
    help: 'Time until a call to the SMC API was answered, or given up',
    labels: ['operation'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  credentialsFailures: {
    name: 'smc_batch_credentials_failures_total',
    type: 'counter',
    help: 'Credentials that could not be obtained, and calls that the account refused because of them',
    labels: ['code'],
  },
  serverEnds: {
    name: 'smc_batch_server_ends_total',
    type: 'counter',
    help: 'Servers that have ended: migrated, skipped, failed, cancelled; one that is retried may end again',
    labels: ['outcome'],
  },
  stageSeconds: {
    name: 'smc_batch_server_stage_duration_seconds',
    type: 'histogram',
    help: "Time of a server's job until it stopped running (migration), of the clean-up after it (cleanUp), and of both (whole)",
    labels: ['stage'],
    buckets: [60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200, 604800],
  },
  jobBreaks: {
    name: 'smc_batch_job_breaks_total',
    type: 'counter',
    help: 'Replication jobs that broke, started again or not, by the code',
    labels: ['code'],
  },
  webhookDeliveries: {
    name: 'smc_batch_webhook_deliveries_total',
    type: 'counter',
    help: 'Messages to the webhook: delivered, refused for good, or failed and sent again',
    labels: ['result'],
  },
  workerReady: {
    name: 'smc_batch_worker_ready',
    type: 'gauge',
    help: '1 while the worker takes work: it has reached Temporal, and a call of its own to the SMC API has succeeded',
    labels: [],
  },
  workerInfo: {
    name: 'smc_batch_worker_info',
    type: 'gauge',
    help: '1, with the version of smc-batch and the task queue',
    labels: ['version', 'task_queue'],
  },
} as const satisfies Record<string, Metric>;

/** The state of the batches that run, asked when the page is read; of those that have ended only what they have left in the account. Every worker tells the same: take the `max`, not the `sum`. */
export const collected = {
  status: {
    name: 'smc_batch_batch_status',
    type: 'gauge',
    help: '1 for the status that a batch has',
    labels: ['batch', 'status'],
  },
  servers: {
    name: 'smc_batch_servers',
    type: 'gauge',
    help: 'Servers of a batch, by wave and phase',
    labels: ['batch', 'wave', 'phase'],
  },
  waitingServers: {
    name: 'smc_batch_waiting_servers',
    type: 'gauge',
    help: 'Servers that wait to start or to start again, by the code of the reason',
    labels: ['batch', 'reason'],
  },
  slots: {
    name: 'smc_batch_slots',
    type: 'gauge',
    help: 'Slots of a batch: leased to it, and in_use; for jobs that exist and jobs that run',
    labels: ['account', 'batch', 'kind', 'state'],
  },
  accountQuota: {
    name: 'smc_batch_account_quota',
    type: 'gauge',
    help: 'Jobs that may exist and run in the account, as last stated by a person',
    labels: ['account', 'kind'],
  },
  accountTrouble: {
    name: 'smc_batch_account_trouble',
    type: 'gauge',
    help: '1 while the account refuses the calls of a batch, with the code',
    labels: ['batch', 'code'],
  },
  estimatedEnd: {
    name: 'smc_batch_estimated_end_timestamp_seconds',
    type: 'gauge',
    help: 'When the batch is likely to end; absent while something in it does not go on by itself',
    labels: ['batch'],
  },
  waveEstimatedEnd: {
    name: 'smc_batch_wave_estimated_end_timestamp_seconds',
    type: 'gauge',
    help: 'When the last server of a wave that is under way is likely to end',
    labels: ['batch', 'wave'],
  },
  windowClose: {
    name: 'smc_batch_window_close_timestamp_seconds',
    type: 'gauge',
    help: 'When the time window of a wave closes, or has closed, while servers of it are under way',
    labels: ['batch', 'wave'],
  },
  leftoverJobs: {
    name: 'smc_batch_leftover_jobs',
    type: 'gauge',
    help: 'Jobs of servers that have ended which still exist; also those of batches that have ended',
    labels: ['batch'],
  },
  leftoverSeconds: {
    name: 'smc_batch_leftover_instance_seconds',
    type: 'gauge',
    help: 'How long the intermediate instances of leftovers have been billed, in sum',
    labels: ['batch'],
  },
  strayJobs: {
    name: 'smc_batch_stray_jobs',
    type: 'gauge',
    help: "Jobs with the batch's tags that belong to no server of its plan",
    labels: ['batch'],
  },
  unsentMessages: {
    name: 'smc_batch_unsent_messages',
    type: 'gauge',
    help: 'Messages that the webhook has not got yet',
    labels: ['batch'],
  },
} as const satisfies Record<string, Metric>;

/** Of the collector itself. */
export const collecting = {
  success: {
    name: 'smc_batch_collector_success',
    type: 'gauge',
    help: '1 where the last look at the batches has reached all of them',
    labels: [],
  },
  errors: {
    name: 'smc_batch_collector_errors_total',
    type: 'counter',
    help: 'Batches that could not be asked, lists of batches that could not be read, and jobs of ended batches',
    labels: [],
  },
  seconds: {
    name: 'smc_batch_collector_duration_seconds',
    type: 'gauge',
    help: 'Time of the last look at the batches',
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** Of the process, by the names that Prometheus has for them. */
export const ofProcess = {
  memory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the worker',
    labels: [],
  },
  cpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the worker',
    labels: [],
  },
  start: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the worker was started',
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** All of our own, in the order of the page. */
export const allMetrics: readonly Metric[] = [counted, collected, collecting, ofProcess].flatMap((group) =>
  Object.values(group),
);
