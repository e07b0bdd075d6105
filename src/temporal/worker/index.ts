/** The worker: what takes work from Temporal. Only who runs one imports this: it loads the native part of the SDK. */
export { createWorker, installWorkerLog } from './create-worker';
