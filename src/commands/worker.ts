import { Command } from 'commander';

/** `worker`: run one. */
export function workerCommand(): Command {
  return new Command('worker')
    .summary('run a worker')
    .description('run a worker: it carries the batches out and talks to the SMC API')
    .addHelpText(
      'after',
      `
Settings (environment):
  SMC_ENDPOINT         the SMC API, default https://smc.aliyuncs.com
  SMC_SIGNATURE        how calls are signed: 1.0 (default) or v3
  SMC_POLL_INTERVAL    seconds between two polls of the running jobs, default 30
  SMC_CALLS_PER_SECOND at most so many activities per second over all workers, default no limit;
                       workers lower it while SMC throttles, and raise it again after
  SMC_WEBHOOK_URL      gets a message for waves that end, gates that wait, failures and the end of a batch
  SMC_WEBHOOK_FORMAT   json (default), dingtalk, feishu or slack
  SMC_WEBHOOK_SECRET   signs the messages, where the webhook checks signatures
  SMC_TASK_QUEUE       the task queue, default smc-batch
  SMC_METRICS_ADDRESS  host:port for /metrics, /healthz and /readyz, default none
  SMC_LOG_LEVEL        debug, info (default), warn or error; info has each call that changes something
  SMC_LOG_FORMAT       text (default) or json
  OTEL_*               traces, where they ask for them and OpenTelemetry's packages are installed
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY   the way to the SMC API, to STS and to the webhook
  NODE_EXTRA_CA_CERTS  a PEM file of certificate authorities to trust beside the public ones
  ALIBABA_CLOUD_*      credentials, by the default chain of the Alibaba Cloud SDKs
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …   the Temporal server

A worker takes work once a first call of its own to the SMC API has succeeded. Until then it says why, and tries again.
It ends on SIGINT or SIGTERM. Run as many as you like: if one dies, the others take over.

Example:
  TEMPORAL_ADDRESS=temporal.example.com:7233 smc-batch worker

Exit codes: 0 ended by a signal, 1 it cannot start or has failed.`,
    )
    .action(async () => (await import('../actions/machine/worker.js')).worker());
}
