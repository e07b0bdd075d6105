/** The worker, which takes work from Temporal. Only actions that run a worker import it: it loads the SDK's native part. */
export { createWorker, installWorkerLog } from './create-worker';
