/**
 * A worker in one's own process: it carries out batches as `smc-batch worker` does.
 *
 * @packageDocumentation
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { SignatureKind } from '../smc';
import type { CredentialsProvider } from '../smc/credentials';
import { connectClient, ensureSearchAttributes, type WorkerSettings, workerSettings } from '../temporal';
import { createWorker } from '../temporal/worker';
import type { TemporalOptions } from './options';
import { settingsFor } from './temporal-options';

export type { SignatureKind } from '../smc';
export type { CredentialsProvider } from '../smc/credentials';
export type { TemporalOptions } from './options';

/** What is not given comes from the variables of `smc-batch worker`. */
export interface WorkerOptions {
  temporal?: TemporalOptions;
  /** The SMC API; default `SMC_ENDPOINT`, else `https://smc.aliyuncs.com`. */
  endpoint?: string;
  /** Default: the chain of the Alibaba Cloud SDKs. */
  credentials?: CredentialsProvider;
  /** How calls are signed; default `SMC_SIGNATURE`, else `1.0`. */
  signature?: SignatureKind;
  /** Default `SMC_TASK_QUEUE`, else `smc-batch`. All workers of a queue serve one account. */
  taskQueue?: string;
  /** Seconds between two polls of the running jobs; default 30. */
  pollIntervalSeconds?: number;
  /** Told why it takes no work yet, as long as the account refuses its first call. */
  onTrouble?: (line: string) => void;
}

/** A worker at work. */
export interface RunningWorker {
  /** Resolves when it has been stopped; rejects when it failed. */
  readonly ended: Promise<void>;
  /** Ends it after its short activities; what waits goes on in another worker. Resolves, or rejects, as `ended` does. */
  stop(): Promise<void>;
}

/**
 * Starts a worker. It takes work once a call to the account has succeeded. Rejects when no Temporal answers.
 *
 * Temporal's log goes to stderr, warnings and errors alone, unless the process has installed a `Runtime` of its own before.
 *
 * @example
 * const worker = await startWorker({ taskQueue: 'dc1' });
 * process.once('SIGTERM', () => worker.stop());
 * await worker.ended;
 */
export async function startWorker({
  temporal,
  onTrouble = () => {},
  ...own
}: WorkerOptions = {}): Promise<RunningWorker> {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  const settings: WorkerSettings = { ...workerSettings(), ...Object.fromEntries(given) };
  const where = settingsFor(temporal);
  const client = await connectClient(where);
  await ensureSearchAttributes(client, where.namespace).finally(() => client.connection.close());
  quietRuntime();
  const worker = await createWorker(where, settings, onTrouble);
  const ended = worker.run();
  // Who waits for it hears of its failure; nobody waiting is no reason to end the process.
  ended.catch(() => undefined);
  return {
    ended,
    stop() {
      worker.shutdown();
      return ended;
    },
  };
}

function quietRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  } catch (error) {
    // The process has one already.
    if ((error as Error).name !== 'IllegalStateError') throw error;
  }
}
