/** The worker that takes work from Temporal. Only actions that run a worker import it, because it loads the SDK's native part. */
export { createWorker, type WorkerWatch } from './create-worker';
export { closeRuntime, installRuntime, note } from './runtime';
